using System.Diagnostics;
using VectorServer.Storage;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Ann.Ivf;
using VectorServer.Storage.Scoring;

namespace VectorServer.Benchmarks;

/// <summary>Build time, recall and queries a second of an approximate index, one thread, its candidates rescored exactly.</summary>
internal static class AnnBench
{
    private const int TopK = 10;
    private static readonly int[] Efs = [32, 48, 64, 96, 128, 200];
    private static readonly int[] Probes = [4, 8, 16, 32, 64, 128, 256];

    /// <param name="directory">As for <see cref="RecallBench"/>.</param>
    /// <param name="kind">A kind that <see cref="Create"/> knows.</param>
    public static int Run(string directory, IndexKind kind)
    {
        var (vectors, rowCount, dimension) = NpyFile.ReadFloats(Path.Combine(directory, "vectors.npy"));
        var (queries, queryCount, _) = NpyFile.ReadFloats(Path.Combine(directory, "queries.npy"));
        var (truth, _, truthColumns) = NpyFile.ReadIntegers(Path.Combine(directory, "cosine_top100.npy"));

        using var index = Create(kind, dimension);
        var watch = Stopwatch.StartNew();
        index.Extend(row => vectors.AsSpan(row * dimension, dimension), rowCount, Environment.ProcessorCount, CancellationToken.None);
        index.Settle(CancellationToken.None);
        Console.WriteLine($"""
            ## {Describe(index)}, {rowCount:N0} x {dimension}, {queryCount:N0} queries, cosine

            {Machine.Describe()}. Built in {watch.Elapsed.TotalSeconds:F1} s by {Environment.ProcessorCount} threads, {index.Bytes / 1e6:F0} MB.

            | {(kind == IndexKind.Hnsw ? "ef" : "nprobe")} | recall@10 | queries/s, one thread |
            |---:|---:|---:|
            """);
        foreach (var effort in kind == IndexKind.Hnsw ? Efs : Probes)
        {
            var found = 0;
            for (var i = 0; i < queryCount; i++)
            {
                var answer = Search(index, vectors, queries.AsSpan(i * dimension, dimension), effort);
                foreach (var row in truth.AsSpan(i * truthColumns, TopK))
                    found += answer.AsSpan().Contains(row) ? 1 : 0;
            }

            var best = double.MaxValue;
            for (var round = 0; round < 5; round++)
            {
                watch.Restart();
                for (var i = 0; i < queryCount; i++)
                    Search(index, vectors, queries.AsSpan(i * dimension, dimension), effort);
                best = Math.Min(best, watch.Elapsed.TotalSeconds);
            }

            Console.WriteLine($"| {effort} | {found / (double)(queryCount * TopK):F4} | {queryCount / best:F0} |");
        }

        return 0;
    }

    private static CandidateIndex Create(IndexKind kind, int dimension) => kind switch
    {
        IndexKind.Hnsw => new HnswGraph(Metric.Cosine, dimension, new HnswParameters(16, 200)),
        _ => new IvfIndex(kind, Metric.Cosine, dimension, lists: null),
    };

    private static string Describe(CandidateIndex index) => index switch
    {
        HnswGraph graph => $"HNSW M={graph.Parameters.M} efConstruction={graph.Parameters.EfConstruction}",
        IvfIndex lists => $"{index.Kind.ToName()} nlist={lists.Lists}",
        _ => index.Kind.ToName(),
    };

    private static int[] Search(CandidateIndex index, float[] vectors, ReadOnlySpan<float> query, int effort)
    {
        var found = index.Search(query, new SearchAsk(effort, TopK)).Rows;
        var nearest = new double[TopK];
        nearest.AsSpan().Fill(double.NegativeInfinity);
        var rows = new int[TopK];
        foreach (var candidate in found)
        {
            if (candidate.Most < nearest[^1])
                continue;
            var rank = ExactScorer.Exact(Metric.Cosine, vectors.AsSpan(candidate.Row * query.Length, query.Length), query);
            var place = TopK;
            for (; place > 0 && nearest[place - 1] < rank; place--)
            {
                if (place < TopK)
                    (nearest[place], rows[place]) = (nearest[place - 1], rows[place - 1]);
            }

            if (place < TopK)
                (nearest[place], rows[place]) = (rank, candidate.Row);
        }

        return rows;
    }
}
