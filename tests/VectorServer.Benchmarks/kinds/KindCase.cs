using VectorServer.DataKinds;

namespace VectorServer.Benchmarks.Kinds;

/// <summary>A row of the table: a kind of data, its size, and what is asked of it.</summary>
/// <param name="Name">Of the row.</param>
/// <param name="Make">Draws or reads the data.</param>
internal sealed record KindCase(string Name, Func<DataSet> Make)
{
    private const int UsualRows = 20_000;

    /// <summary>How many times as fast as the other build's default scan this one must be; null: as all other kinds.</summary>
    public double? Must { get; init; }

    /// <summary>How many times as fast as the other build's exact scan this one's exact scan must be; null: nothing is asked.</summary>
    public double? MustExact { get; init; }

    public bool IsQuick { get; init; }

    /// <summary>Not for the table.</summary>
    public static KindCase Warmup { get; } = new("warm-up", () => DataSet.Create(AllKinds.Find("noise", DataMetric.Cosine), UsualRows));

    public static IEnumerable<KindCase> All(KindsOptions options)
    {
        if (options.Real is { } directory)
            yield return new KindCase("real/cosine", () => RealData.Read(directory, DataMetric.Cosine, options.Rows)) { Must = 2, IsQuick = true };
        foreach (var metric in new[] { DataMetric.Cosine, DataMetric.DotProduct, DataMetric.Euclidean })
            yield return Drawn(AllKinds.Find("clusters-of-widths", metric, 384), 100_000) with { Must = 5, IsQuick = metric == DataMetric.Cosine };
        yield return Drawn(AllKinds.Find("clusters", DataMetric.Cosine, 384), 100_000) with { Must = 5 };
        yield return Drawn(AllKinds.Find("noise", DataMetric.Cosine, 384), 100_000) with { Must = 1.2, IsQuick = true };
        if (options.Million)
            yield return Drawn(AllKinds.Find("noise", DataMetric.Cosine, 384), 1_000_000) with { Must = 2 };

        string[] quick = ["groups-1/30/cosine", "copies-20/cosine", "translated-1000/euclidean", "metres", "city-grid", "heavy-tailed/dotproduct", "integers/cosine"];
        foreach (var kind in AllKinds.List)
            yield return Drawn(kind, UsualRows) with { IsQuick = quick.Any(name => kind.Name.StartsWith(name, StringComparison.Ordinal)) };
        foreach (var dimension in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32 })
        {
            foreach (var metric in new[] { DataMetric.Cosine, DataMetric.DotProduct, DataMetric.Euclidean })
                yield return Drawn(AllKinds.Find("noise", metric, dimension), UsualRows) with { MustExact = MustExactOf(dimension), IsQuick = dimension is 3 or 24 && metric == DataMetric.Euclidean };
        }

        KindCase Drawn(DataKind kind, int rows)
        {
            var count = options.Rows ?? rows;
            return new KindCase($"{kind.Name} x {count:N0}", () => DataSet.Create(kind, count));
        }
    }

    private static double? MustExactOf(int dimension) => dimension switch
    {
        1 => null,
        <= 8 => 4,
        _ => 1.5,
    };
}
