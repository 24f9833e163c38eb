using System.Globalization;
using VectorServer.Storage;
using VectorServer.Storage.Sparse;

namespace VectorServer.Benchmarks;

/// <summary>What does a sparse query cost, beside one that scores every row its inverted lists name?</summary>
internal static class SparseBench
{
    private const int Vocabulary = 30_000;
    private const int IndicesPerRecord = 100;
    private const int Queries = 50;
    private const int Rounds = 11;

    public static async Task<int> RunAsync(int rows)
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-bench-");
        try
        {
            await using var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory.FullName });
            var index = engine.CreateIndex(new IndexDescriptor { Name = "sparse", VectorType = VectorType.Sparse, Metric = Metric.DotProduct });
            var (random, lists) = (new Random(1), new InvertedIndex());
            for (var first = 0; first < rows; first += 10_000)
            {
                var records = Enumerable.Range(first, Math.Min(10_000, rows - first))
                    .Select(row => new VectorRecord(row.ToString(CultureInfo.InvariantCulture), default, Weights(random, IndicesPerRecord), null))
                    .ToArray();
                await index.LoadAsync("", records);
                for (var i = 0; i < records.Length; i++)
                    lists.Add(first + i, records[i].Sparse!);
            }

            Console.WriteLine($"""
                ## Sparse queries, {rows:N0} records of {IndicesPerRecord} indices, topK 10, one thread, medians of {Rounds} interleaved runs

                {Machine.Describe()}

                | indices a query | every list, ms | query, ms | ratio |
                |---:|---:|---:|---:|
                """);
            foreach (var count in new[] { 3, 10, 30 })
                Measure(index, lists, rows, [.. Enumerable.Range(0, Queries).Select(_ => Weights(random, count))]);
            return 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Measure(VectorIndex index, InvertedIndex lists, int rows, SparseVector[] queries)
    {
        var scores = new double[rows];
        var times = Stopclock.Medians(
            Rounds,
            () =>
            {
                foreach (var query in queries)
                {
                    Array.Clear(scores);
                    foreach (ref var term in lists.Terms(query, 0).AsSpan())
                    {
                        term.MoveTo(rows);
                        term.AddScores(0, scores);
                    }
                }
            },
            () =>
            {
                foreach (var query in queries)
                    index.Query("", new VectorQuery { TopK = 10, Sparse = query });
            });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {queries[0].Indices.Length} | {times[0] / Queries:F3} | {times[1] / Queries:F3} | {times[1] / times[0]:F2} |"));
    }

    // Frequencies as of words, weights higher where an index is rare, as learned sparse models and BM25 give them.
    private static SparseVector Weights(Random random, int count)
    {
        var indices = new HashSet<uint>();
        while (indices.Count < count)
            indices.Add((uint)Math.Exp(random.NextDouble() * Math.Log(Vocabulary)));
        var drawn = indices.ToArray();
        return SparseVector.Create(drawn, [.. drawn.Select(index => (float)((0.5 + random.NextDouble()) * Math.Log(2 + index)))]);
    }
}
