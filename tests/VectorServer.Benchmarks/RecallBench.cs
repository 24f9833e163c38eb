using VectorServer.Storage;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Benchmarks;

/// <summary>How many of the true ten nearest does each code find, alone and with some candidates rescored?</summary>
internal static class RecallBench
{
    private const int TopK = 10;
    private const int SampleRows = CodecChoice.PqCalibrationRows;
    private static readonly int[] CandidateCounts = [TopK, 40, 80];

    /// <param name="directory">Holds vectors.npy, queries.npy and cosine_top100.npy (exact nearest rows, nearest first).</param>
    /// <param name="compressions">The codes to measure.</param>
    public static int Run(string directory, IEnumerable<Compression> compressions)
    {
        var (vectors, rowCount, dimension) = NpyFile.ReadFloats(Path.Combine(directory, "vectors.npy"));
        var (queries, queryCount, _) = NpyFile.ReadFloats(Path.Combine(directory, "queries.npy"));
        var (truth, _, truthColumns) = NpyFile.ReadIntegers(Path.Combine(directory, "cosine_top100.npy"));

        Console.WriteLine($"""
            ## Recall@{TopK}, {rowCount:N0} x {dimension}, {queryCount:N0} queries, cosine

            | code | bytes per vector | code alone | 40 rescored | 80 rescored |
            |---|---:|---:|---:|---:|
            """);
        foreach (var compression in compressions)
        {
            var sampleRows = compression == Compression.Rabitq ? rowCount : Math.Min(rowCount, SampleRows);
            var codec = Codec.Train(compression, Metric.Cosine, dimension, Row, sampleRows);
            using var codes = codec.CreateCodes();
            codes.EncodeUpTo(Row, rowCount);
            var found = new int[CandidateCounts.Length];
            for (var i = 0; i < queryCount; i++)
                Count(codes, vectors, queries.AsSpan(i * dimension, dimension), truth.AsSpan(i * truthColumns, TopK), found);

            var recalls = found.Select(count => $"{(double)count / (queryCount * TopK):F3}");
            Console.WriteLine($"| {compression.ToName()} | {codec.CodeBytesPerVector} | {string.Join(" | ", recalls)} |");
        }

        return 0;

        ReadOnlySpan<float> Row(int row) => vectors.AsSpan(row * dimension, dimension);
    }

    /// <summary>Adds to <paramref name="found"/> the true rows among the answers, for each candidate count.</summary>
    private static void Count(RowCodes codes, float[] vectors, ReadOnlySpan<float> query, ReadOnlySpan<int> truth, int[] found)
    {
        var codec = codes.Codec;
        var scores = new double[vectors.Length / codec.Dimension];
        codes.Estimate(query, scores);
        var candidates = Enumerable.Range(0, scores.Length).ToArray();
        Array.Sort(scores, candidates, Comparer<double>.Create((a, b) => b.CompareTo(a)));

        for (var i = 0; i < CandidateCounts.Length; i++)
        {
            var kept = candidates[..Math.Min(CandidateCounts[i], candidates.Length)];
            var exact = new double[kept.Length];
            for (var j = 0; j < kept.Length; j++)
                exact[j] = -ExactScorer.Exact(codec.Metric, vectors.AsSpan(kept[j] * codec.Dimension, codec.Dimension), query);

            Array.Sort(exact, kept);
            foreach (var row in kept.AsSpan(0, Math.Min(TopK, kept.Length)))
            {
                if (truth.Contains(row))
                    found[i]++;
            }
        }
    }
}
