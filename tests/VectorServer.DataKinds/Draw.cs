namespace VectorServer.DataKinds;

/// <summary>Seeded random numbers that are the same on every machine and fast enough for a million long vectors. Not thread-safe.</summary>
/// <remarks>xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64; normal numbers by Marsaglia's polar method.</remarks>
public sealed class Draw
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;
    private double _spare = double.NaN;

    public Draw(ulong seed) => (_s0, _s1, _s2, _s3) = (Mix(ref seed), Mix(ref seed), Mix(ref seed), Mix(ref seed));

    /// <summary>Another stream for a name: what is drawn for one thing does not move what is drawn for others.</summary>
    public static Draw For(ulong seed, string name)
    {
        foreach (var c in name)
            seed = (seed ^ c) * 0x100000001B3; // FNV-1a
        return new Draw(seed);
    }

    /// <summary>Uniform in 0..1, without 1.</summary>
    public double Unit() => (Bits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in -1..1.</summary>
    public double Symmetric() => (2 * Unit()) - 1;

    /// <summary>A whole number from 0 on, below the bound.</summary>
    public int Below(int bound) => (int)(Unit() * bound);

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Normal, with mean 0 and deviation 1.</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spare))
        {
            var spare = _spare;
            _spare = double.NaN;
            return spare;
        }

        double x, y, squares;
        do
        {
            (x, y) = (Symmetric(), Symmetric());
            squares = (x * x) + (y * y);
        }
        while (squares is >= 1 or 0);
        var scale = Math.Sqrt(-2 * Math.Log(squares) / squares);
        _spare = y * scale;
        return x * scale;
    }

    /// <summary>Normal numbers with mean 0.</summary>
    public void Normals(Span<float> values, double deviation = 1)
    {
        foreach (ref var value in values)
            value = (float)(deviation * Normal());
    }

    private static ulong Mix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    private ulong Bits()
    {
        var result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }
}
