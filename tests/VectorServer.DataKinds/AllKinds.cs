namespace VectorServer.DataKinds;

/// <summary>The kinds of data that search is tested and measured on. A new one added here is tested and measured from then on.</summary>
public static class AllKinds
{
    private static readonly DataMetric[] AllMetrics = [DataMetric.Cosine, DataMetric.DotProduct, DataMetric.Euclidean];

    /// <summary>At their usual dimensions.</summary>
    public static IReadOnlyList<DataKind> List { get; } =
    [
        .. Of("noise", Shapes.Noise, 64, AllMetrics),
        .. Of("uniform", Shapes.Uniform, 48, DataMetric.Euclidean),
        .. Of("clusters", Shapes.Clusters(60, 0.3), 64, AllMetrics),
        .. Of("clusters-in-order", Shapes.Clusters(30, 0.3, inOrder: true), 64, DataMetric.Cosine, DataMetric.Euclidean),
        .. Of("clusters-of-widths", Shapes.ClustersOfWidths(60), 100, AllMetrics),
        .. Of("islands", Shapes.Islands(40), 32, AllMetrics),
        .. Of("groups-1/10", Shapes.Groups(400, 1 / 10.0), 128, AllMetrics),
        .. Of("groups-1/30", Shapes.Groups(400, 1 / 30.0), 128, DataMetric.Cosine, DataMetric.Euclidean),
        .. Of("groups-1/1000", Shapes.Groups(100, 1 / 1000.0), 64, DataMetric.Cosine, DataMetric.Euclidean),
        .. Of("copies-20", Shapes.Copies(20, 2 / 3.0), 32, AllMetrics),
        .. Of("copies-1", Shapes.Copies(1, 0.1), 32, DataMetric.Cosine, DataMetric.Euclidean),
        .. Of("copies-by-10", Shapes.EachTimes(10), 32, DataMetric.Cosine, DataMetric.Euclidean),
        .. Of("copies-every-second", Shapes.EverySecond(50), 64, DataMetric.Cosine, DataMetric.Euclidean),
        .. Of("identical", Shapes.Identical, 16, AllMetrics),
        .. Of("translated-1000", Shapes.Translated(1000, 1), 64, AllMetrics),
        .. Of("translated-50", Shapes.Translated(50, 0.02), 8, AllMetrics),
        .. Of("metres", Shapes.Metres, 3, DataMetric.Euclidean),
        .. Of("city-grid", Shapes.CityGrid, 2, DataMetric.Euclidean),
        .. Of("heavy-tailed", Shapes.HeavyTailed, 128, AllMetrics),
        .. Of("outliers", Shapes.Outliers, 64, AllMetrics),
        .. Of("anisotropic", Shapes.Anisotropic, 64, AllMetrics),
        .. Of("binary", Shapes.Binary, 64, AllMetrics).Select(kind => kind with { IsWhole = true }),
        .. Of("one-hot", Shapes.OneHot, 50, AllMetrics).Select(kind => kind with { IsWhole = true }),
        .. Of("sparse-counts", Shapes.SparseCounts, 100, AllMetrics),
        .. Of("constant-components", Shapes.ConstantComponents, 32, AllMetrics),
        .. Of("nearly-zero", Shapes.NearlyZero, 32, AllMetrics),
        .. Of("huge", Shapes.Huge, 32, AllMetrics),
        .. Of("tiny", Shapes.Tiny, 32, AllMetrics),
        .. Of("all-lengths", Shapes.AllLengths, 32, AllMetrics),
        .. Of("integers", Shapes.Integers, 16, AllMetrics).Select(kind => kind with { IsWhole = true }),
        .. Of("tones", Shapes.Tones, 64, DataMetric.Cosine, DataMetric.Euclidean),
        .. Of("drift", Shapes.Drift, 64, AllMetrics),
        .. Of("sphere", Shapes.Sphere, 64, DataMetric.Euclidean),
    ];

    /// <summary>Kinds of few dimensions, and of dimensions at the edges of registers, blocks and limits.</summary>
    public static IReadOnlyList<DataKind> OfDimensions(params int[] dimensions) =>
    [
        .. dimensions.SelectMany(dimension => Of("noise", Shapes.Noise, dimension, AllMetrics)),
        .. dimensions.SelectMany(dimension => Of("clusters", Shapes.Clusters(60, 0.3), dimension, DataMetric.Cosine, DataMetric.Euclidean)),
    ];

    public static DataKind Find(string shape, DataMetric metric, int? dimension = null)
    {
        var kind = List.First(kind => kind.Shape == shape && kind.Metric == metric);
        return kind with { Dimension = dimension ?? kind.Dimension };
    }

    private static IEnumerable<DataKind> Of(string shape, RowShape rows, int dimension, params DataMetric[] metrics) =>
        metrics.Select(metric => new DataKind(shape, metric, dimension, rows));
}
