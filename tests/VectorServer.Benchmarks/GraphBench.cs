using System.Diagnostics;
using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Scoring;

namespace VectorServer.Benchmarks;

/// <summary>Build time, recall and queries a second of an HNSW graph, one thread, its candidates rescored exactly.</summary>
internal static class GraphBench
{
    private const int TopK = 10;
    private const int RescoreCount = 30;
    private static readonly int[] Efs = [32, 48, 64, 96, 128, 200];

    /// <param name="directory">As for <see cref="RecallBench"/>.</param>
    public static int Run(string directory)
    {
        var (vectors, rowCount, dimension) = NpyFile.ReadFloats(Path.Combine(directory, "vectors.npy"));
        var (queries, queryCount, _) = NpyFile.ReadFloats(Path.Combine(directory, "queries.npy"));
        var (truth, _, truthColumns) = NpyFile.ReadIntegers(Path.Combine(directory, "cosine_top100.npy"));

        using var graph = new HnswGraph(Metric.Cosine, dimension, new HnswParameters(16, 200));
        var watch = Stopwatch.StartNew();
        graph.Extend(row => vectors.AsSpan(row * dimension, dimension), rowCount, Environment.ProcessorCount, CancellationToken.None);
        Console.WriteLine($"""
            ## HNSW M=16 efConstruction=200, {rowCount:N0} x {dimension}, {queryCount:N0} queries, cosine

            {Machine.Describe()}. Built in {watch.Elapsed.TotalSeconds:F1} s by {Environment.ProcessorCount} threads, {graph.Bytes / 1e6:F0} MB.

            | ef | recall@10 | queries/s, one thread |
            |---:|---:|---:|
            """);
        foreach (var ef in Efs)
        {
            var found = 0;
            for (var i = 0; i < queryCount; i++)
            {
                var answer = Search(graph, vectors, queries.AsSpan(i * dimension, dimension), ef);
                foreach (var row in truth.AsSpan(i * truthColumns, TopK))
                    found += answer.AsSpan().Contains(row) ? 1 : 0;
            }

            var best = double.MaxValue;
            for (var round = 0; round < 5; round++)
            {
                watch.Restart();
                for (var i = 0; i < queryCount; i++)
                    Search(graph, vectors, queries.AsSpan(i * dimension, dimension), ef);
                best = Math.Min(best, watch.Elapsed.TotalSeconds);
            }

            Console.WriteLine($"| {ef} | {found / (double)(queryCount * TopK):F4} | {queryCount / best:F0} |");
        }

        return 0;
    }

    private static int[] Search(HnswGraph graph, float[] vectors, ReadOnlySpan<float> query, int ef)
    {
        var candidates = graph.Search(query, ef).AsSpan();
        candidates = candidates[..Math.Min(RescoreCount, candidates.Length)];
        var norm = ExactScorer.Norm(query);
        Span<float> scores = stackalloc float[RescoreCount];
        var rows = new int[candidates.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = candidates[i].Row;
            ExactScorer.Rows(Metric.Cosine, vectors.AsSpan(rows[i] * query.Length, query.Length), query, norm, scores.Slice(i, 1));
            scores[i] = -scores[i];
        }

        scores[..rows.Length].Sort(rows.AsSpan());
        return rows[..Math.Min(TopK, rows.Length)];
    }
}
