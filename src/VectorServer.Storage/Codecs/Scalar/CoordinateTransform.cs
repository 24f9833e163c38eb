using System.Buffers;
using VectorServer.Storage.Codecs.Fourier;

namespace VectorServer.Storage.Codecs.Scalar;

/// <summary>
/// Turns a vector into the coordinates that are coded: scaled to length 1 and, where asked, rotated by fixed random signs and an
/// orthonormal FFT, which spreads every direction evenly over all coordinates, so that equal steps suit each of them. Dot products
/// are kept. Immutable and thread-safe.
/// </summary>
internal sealed class CoordinateTransform
{
    private const ulong SignSeed = 0x9E3779B97F4A7C15; // part of the format: codes on disk were made with these signs

    private readonly RealFft? _fft;
    private readonly float[] _signs = [];

    public CoordinateTransform(int dimension, bool rotates)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Dimension = dimension;
        if (!rotates)
        {
            Count = dimension;
            return;
        }

        _fft = new RealFft(dimension);
        Count = 2 * _fft.Slots;
        _signs = MakeSigns(dimension);
    }

    public int Dimension { get; }

    /// <summary>Coordinates: the dimension, made even by a zero where it is rotated.</summary>
    public int Count { get; }

    /// <param name="vector">Values whose squares may overflow a float.</param>
    /// <param name="coordinates">Out: <c>[Count]</c>, of length 1.</param>
    /// <returns>The vector's length; for 0, or a vector with a value that is not finite, the coordinates are zero.</returns>
    public double Apply(ReadOnlySpan<float> vector, Span<float> coordinates)
    {
        if (vector.Length != Dimension || coordinates.Length != Count)
            throw new ArgumentException($"A vector has {Dimension} components and {Count} coordinates.");

        var length = Length(vector);
        if (!(length > 0) || !double.IsFinite(length))
        {
            coordinates.Clear();
            return 0;
        }

        var inverse = 1 / length;
        if (_fft is null)
        {
            for (var i = 0; i < vector.Length; i++)
                coordinates[i] = (float)(vector[i] * inverse);
            return length;
        }

        var turned = ArrayPool<float>.Shared.Rent(Dimension);
        try
        {
            for (var i = 0; i < vector.Length; i++)
                turned[i] = (float)(vector[i] * inverse) * _signs[i];
            _fft.Forward(turned.AsSpan(0, Dimension), coordinates[.._fft.Slots], coordinates[_fft.Slots..]);
            return length;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(turned);
        }
    }

    private static double Length(ReadOnlySpan<float> vector)
    {
        double squares = 0;
        foreach (var value in vector)
            squares += (double)value * value;
        return Math.Sqrt(squares);
    }

    /// <summary>SplitMix64, whose numbers are the same on every machine and version.</summary>
    private static float[] MakeSigns(int count)
    {
        var signs = new float[count];
        var state = SignSeed;
        foreach (ref var sign in signs.AsSpan())
        {
            state += SignSeed;
            var bits = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            sign = (bits ^ (bits >> 31)) >> 63 == 0 ? 1 : -1;
        }

        return signs;
    }
}
