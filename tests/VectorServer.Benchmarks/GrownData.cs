using System.Diagnostics;
using VectorServer.Storage;
using VectorServer.Storage.Scoring;

namespace VectorServer.Benchmarks;

/// <summary>
/// Grows a real set: a row is a real one moved by a part of the difference of two others, so that clusters and covariance stay as they are.
/// </summary>
internal static class GrownData
{
    private const int Seed = 9;
    private const float Step = 0.35f;
    private const int QueriesMax = 1000;
    private const int TruthColumns = 100;

    /// <param name="source">As for <see cref="RecallBench"/>.</param>
    /// <param name="rowCount">How many rows to make.</param>
    /// <param name="target">Gets the same three files.</param>
    public static int Make(string source, int rowCount, string target)
    {
        var watch = Stopwatch.StartNew();
        var (real, realCount, dimension) = NpyFile.ReadFloats(Path.Combine(source, "vectors.npy"));
        var (queries, queryCount, _) = NpyFile.ReadFloats(Path.Combine(source, "queries.npy"));
        queries = queries[..(Math.Min(queryCount, QueriesMax) * dimension)];
        ReadOnlySpan<float> Real(int row) => real.AsSpan(row * dimension, dimension);

        var random = new Random(Seed);
        var rows = new float[checked(rowCount * dimension)];
        for (var row = rows.AsSpan(); !row.IsEmpty; row = row[dimension..])
        {
            var start = Real(random.Next(realCount));
            var to = Real(random.Next(realCount));
            var from = Real(random.Next(realCount));
            for (var i = 0; i < dimension; i++)
                row[i] = start[i] + Step * (to[i] - from[i]);
            var norm = ExactScorer.Norm(row[..dimension]);
            for (var i = 0; i < dimension; i++)
                row[i] /= norm;
        }

        Directory.CreateDirectory(target);
        NpyFile.WriteFloats(Path.Combine(target, "vectors.npy"), rows, dimension);
        NpyFile.WriteFloats(Path.Combine(target, "queries.npy"), queries, dimension);
        NpyFile.WriteIntegers(Path.Combine(target, "cosine_top100.npy"), FindNearest(rows, queries, dimension), TruthColumns);
        Console.WriteLine($"{rowCount:N0} x {dimension} in {watch.Elapsed.TotalSeconds:F0} s");
        return 0;
    }

    private static int[] FindNearest(float[] rows, float[] queries, int dimension)
    {
        var nearest = new int[queries.Length / dimension * TruthColumns];
        Parallel.For(0, queries.Length / dimension, () => new float[rows.Length / dimension], (i, _, scores) =>
        {
            var query = queries.AsSpan(i * dimension, dimension);
            ExactScorer.Rows(Metric.Cosine, rows, query, ExactScorer.Norm(query), scores);
            var best = new PriorityQueue<int, float>(TruthColumns + 1); // the worst of the best comes first
            for (var row = 0; row < scores.Length; row++)
            {
                if (best.Count < TruthColumns)
                    best.Enqueue(row, scores[row]);
                else if (best.TryPeek(out var _, out var worst) && scores[row] > worst)
                    best.EnqueueDequeue(row, scores[row]);
            }

            for (var place = Math.Min(TruthColumns, scores.Length) - 1; place >= 0; place--)
                nearest[i * TruthColumns + place] = best.Dequeue();
            return scores;
        }, _ => { });
        return nearest;
    }
}
