using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>Decides whether a graph can be walked on bytes.</summary>
internal static class NodeForm
{
    private const int FloatDimensionMax = 16; // bytes and floats take one cache line each
    private const int SampleRows = 2_048;
    private const int Probes = 64;

    // Rows as near as the nearest as far as bytes can tell. A few are ranked exactly in the end; where they are many, links lead anywhere.
    private const double AlikeMax = 4;

    /// <summary>Whether bytes cannot tell the near rows of a sample from the nearest.</summary>
    public static bool NeedsFloats(PointSpace space, RowReader read, int rowCount)
    {
        var dimension = space.Dimension;
        if (dimension <= FloatDimensionMax)
            return true;
        var count = Math.Min(rowCount, SampleRows);
        var points = new float[count * dimension];
        var errors = new double[count];
        var levels = new sbyte[dimension];
        for (var i = 0; i < count; i++)
        {
            var point = points.AsSpan(i * dimension, dimension);
            space.Load(read((int)((long)i * rowCount / count)), point);
            errors[i] = Int8Form.ErrorOf(point, levels);
        }

        var share = Int8Form.ErrorShare(dimension);
        var alike = 0L;
        var probes = Math.Min(Probes, count);
        var distances = new double[count];
        for (var probe = 0; probe < probes; probe++)
        {
            var place = (int)((long)probe * count / probes);
            var nearest = double.PositiveInfinity;
            for (var i = 0; i < count; i++)
            {
                distances[i] = DistanceOf(points.AsSpan(i * dimension, dimension), points.AsSpan(place * dimension, dimension));
                if (distances[i] > 0 && distances[i] < nearest)
                    nearest = distances[i];
            }

            for (var i = 0; i < count; i++)
            {
                var isAlike = distances[i] - Int8Form.WidthOf(distances[i], errors[i] + errors[place], share) <= nearest;
                alike += distances[i] > nearest && isAlike ? 1 : 0;
            }
        }

        return alike > AlikeMax * probes;
    }

    private static double DistanceOf(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        ExactScorer.Exact(Metric.Euclidean, left, right);
}
