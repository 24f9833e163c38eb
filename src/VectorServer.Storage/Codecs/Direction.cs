using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs;

/// <summary>Lengths of vectors whose squares may overflow a float.</summary>
internal static class Direction
{
    /// <summary>Scales a vector to length 1, in place.</summary>
    /// <returns>Its length before; 0 leaves it as it is.</returns>
    public static double Normalize(Span<float> vector)
    {
        var length = Math.Sqrt(Square(vector));
        if (length > 0)
        {
            var inverse = 1 / length;
            foreach (ref var value in vector)
                value = (float)(value * inverse);
        }

        return length;
    }

    /// <summary>The square of a vector's length.</summary>
    public static double Square(ReadOnlySpan<float> vector)
    {
        Vector512<double> sum = default;
        var at = 0;
        for (; at + 8 <= vector.Length; at += 8)
        {
            var values = Vector256.Create(vector.Slice(at, 8));
            var wide = Vector512.Create(Vector256.Widen(values).Lower, Vector256.Widen(values).Upper);
            sum += wide * wide;
        }

        var squares = Vector512.Sum(sum);
        for (; at < vector.Length; at++)
            squares += (double)vector[at] * vector[at];
        return squares;
    }
}
