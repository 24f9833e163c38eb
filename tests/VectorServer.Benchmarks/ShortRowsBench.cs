using System.Globalization;
using System.Runtime.Intrinsics;
using VectorServer.Storage;
using VectorServer.Storage.Scoring;

namespace VectorServer.Benchmarks;

/// <summary>What do rows of few dimensions cost: side by side, one after another as longer rows are scored, and in a whole query?</summary>
internal static class ShortRowsBench
{
    private const int Rows = 20_000;
    private const int Rounds = 201;
    private const int BatchRows = 1000;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"""
            ## Exact scans of {Rows:N0} short rows, one thread, median of {Rounds} interleaved runs

            {Machine.Describe()}

            | dimensions, metric | one by one, ns a row | side by side | times | 256 bits | with reach | query of topK 10, us |
            |---|---:|---:|---:|---:|---:|---:|
            """);
        foreach (var dimension in new[] { 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96 })
        {
            await RunAsync<CosineKernel>(dimension, Metric.Cosine);
            await RunAsync<DotKernel>(dimension, Metric.DotProduct);
            await RunAsync<EuclideanKernel>(dimension, Metric.Euclidean);
        }

        return 0;
    }

    private static async Task RunAsync<TKernel>(int dimension, Metric metric)
        where TKernel : struct, IRowKernel
    {
        var random = new Random(dimension);
        var rows = new float[Rows * dimension];
        RandomVectors.Fill(random, rows, dimension);
        var query = new float[dimension];
        RandomVectors.Fill(random, query, dimension);
        var norm = ExactScorer.Norm(query);
        var scores = new float[Rows];

        var directory = Directory.CreateTempSubdirectory("vectorserver-bench-");
        await using var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory.FullName, Durability = Durability.Os });
        var index = engine.CreateIndex(new IndexDescriptor { Name = "short", Dimension = dimension, Metric = metric, Compression = Compression.Float32 });
        for (var row = 0; row < Rows; row += BatchRows)
        {
            var batch = Enumerable.Range(row, BatchRows)
                .Select(i => new VectorRecord($"r{i}", rows.AsMemory(i * dimension, dimension), null, null))
                .ToArray();
            await index.UpsertAsync("", batch, CancellationToken.None);
        }

        var asked = new VectorQuery { TopK = 10, Vector = query, Exact = true };
        var times = Stopclock.Medians(
            Rounds,
            () => OneByOne<TKernel>(rows, query, norm, scores),
            () => ExactScorer.Rows(metric, rows, query, norm, scores),
            () => Half<TKernel>(rows, query, norm, scores),
            () => ExactScorer.Reach(metric, rows, query, norm, scores),
            () => index.Query("", asked, CancellationToken.None));
        string PerRow(double ms) => (ms * 1e6 / Rows).ToString("F2", CultureInfo.InvariantCulture);
        Console.WriteLine(
            $"| {dimension}, {metric} | {PerRow(times[0])} | {PerRow(times[1])} | {times[0] / times[1]:F1} | {PerRow(times[2])} | {PerRow(times[3])} | {times[4] * 1e3:F0} |");
        await engine.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private static void OneByOne<TKernel>(float[] rows, float[] query, float norm, float[] scores)
        where TKernel : struct, IRowKernel
    {
        if (Vector512.IsHardwareAccelerated && query.Length >= 16)
            ExactScorer.Rows512<TKernel>(rows, query, norm, scores);
        else if (query.Length >= 8)
            ExactScorer.Rows256<TKernel>(rows, query, norm, scores);
        else
            ExactScorer.RowsScalar<TKernel>(rows, query, norm, scores);
    }

    private static void Half<TKernel>(float[] rows, float[] query, float norm, float[] scores)
        where TKernel : struct, IRowKernel
    {
        if (query.Length <= SideBySide.DimensionMax)
            SideBySide256<TKernel>.Rows(rows, query, norm, scores);
        else
            ExactScorer.Rows256<TKernel>(rows, query, norm, scores);
    }
}
