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
        double squares = 0;
        foreach (var value in vector)
            squares += (double)value * value;
        return squares;
    }
}
