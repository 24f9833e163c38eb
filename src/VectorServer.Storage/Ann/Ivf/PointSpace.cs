using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>The space in which vectors are clustered: for cosine their directions, for the other metrics the vectors themselves.</summary>
internal sealed class PointSpace(Metric metric, int dimension)
{
    /// <summary>A component beyond this is taken for this: 20,000 of its squares fit a float, as do the products of all distances.</summary>
    public const float LargestComponent = 1e15f;

    public Metric Metric => metric;

    public int Dimension => dimension;

    /// <summary>Turns a vector into a point; a zero vector stays one.</summary>
    public void Load(ReadOnlySpan<float> vector, Span<float> point)
    {
        double scale = 1;
        if (metric == Metric.Cosine)
        {
            double squares = 0;
            foreach (var value in vector)
                squares += (double)value * value;
            scale = squares > 0 ? 1 / Math.Sqrt(squares) : 0;
        }

        for (var i = 0; i < point.Length; i++)
            point[i] = (float)Math.Clamp(vector[i] * scale, -LargestComponent, LargestComponent);
    }
}
