using System.Runtime.Intrinsics;
using VectorServer.Storage.Codecs.Fourier;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// Turns vectors by fixed random signs and an orthonormal FFT, which spreads every direction evenly over all coordinates: equal steps suit
/// each of them, and what rounding loses points nowhere in particular. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// The FFT makes pure tones of vectors with few components, and the rounding of a tone is made of its overtones, which are such vectors too.
/// So sixteen coordinates each, far from each other, are then added up with other random signs (a Hadamard transform).
/// </remarks>
internal sealed class Rotation
{
    private const ulong SignSeed = 0x9E3779B97F4A7C15; // part of the format: codes on disk were made with these signs

    private const int Mixed = 16; // coordinates that are added up, a power of two

    private readonly RealFft _fft;
    private readonly float[] _signs;
    private readonly float[] _mixSigns;

    public Rotation(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Dimension = dimension;
        _fft = new RealFft(dimension);
        Count = 2 * _fft.Slots;
        var signs = MakeSigns(dimension + Count);
        _signs = signs[..dimension];
        _mixSigns = signs[dimension..];
    }

    public int Dimension { get; }

    /// <summary>Coordinates: the dimension, made even by a zero.</summary>
    public int Count { get; }

    /// <summary>Dot products are kept.</summary>
    /// <param name="vector"><c>[Dimension]</c>; may be changed.</param>
    /// <param name="coordinates">Out: <c>[Count]</c>; not the vector's own memory.</param>
    public void Apply(Span<float> vector, Span<float> coordinates)
    {
        for (var i = 0; i < vector.Length; i++)
            vector[i] *= _signs[i];
        _fft.Forward(vector, coordinates[.._fft.Slots], coordinates.Slice(_fft.Slots, _fft.Slots));
        Mix(coordinates);
    }

    private void Mix(Span<float> coordinates)
    {
        var apart = coordinates.Length / Mixed;
        if (apart == 0)
            return;
        for (var i = 0; i < coordinates.Length; i++)
            coordinates[i] *= _mixSigns[i];
        for (var half = 1; half < Mixed; half *= 2)
        {
            for (var first = 0; first < Mixed; first += 2 * half)
                AddAndSubtract(coordinates.Slice(first * apart, half * apart), coordinates.Slice((first + half) * apart, half * apart));
        }

        const float Scale = 0.25f; // 1 / sqrt(Mixed)
        foreach (ref var value in coordinates[..(Mixed * apart)])
            value *= Scale;
    }

    private static void AddAndSubtract(Span<float> left, Span<float> right)
    {
        var at = 0;
        for (; at + Vector512<float>.Count <= left.Length; at += Vector512<float>.Count)
        {
            var l = Vector512.Create<float>(left[at..]);
            var r = Vector512.Create<float>(right[at..]);
            (l + r).CopyTo(left[at..]);
            (l - r).CopyTo(right[at..]);
        }

        for (; at < left.Length; at++)
            (left[at], right[at]) = (left[at] + right[at], left[at] - right[at]);
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
