namespace VectorServer.Storage.Codecs;

/// <summary>The mean of an index's unit vectors, taken off before they are coded: what all vectors share tells none apart.</summary>
/// <param name="values">In the codec's coordinates, <c>[count]</c>.</param>
internal sealed class MeanVector(float[] values)
{
    public float[] Values { get; } = values;

    /// <summary>m.m</summary>
    public double Square { get; } = Dot(values, values);

    /// <summary>Product with the mean.</summary>
    public double Dot(ReadOnlySpan<float> coordinates) => Dot(coordinates, Values);

    /// <summary>Takes the mean off and returns the square of what remains.</summary>
    public double Center(Span<float> coordinates)
    {
        double squares = 0;
        for (var i = 0; i < coordinates.Length; i++)
        {
            coordinates[i] -= Values[i];
            squares += (double)coordinates[i] * coordinates[i];
        }

        return squares;
    }

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (var i = 0; i < left.Length; i++)
            sum += (double)left[i] * right[i];
        return sum;
    }
}
