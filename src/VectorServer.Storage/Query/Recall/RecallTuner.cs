using System.Diagnostics;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query.Recall;

/// <summary>
/// Measures which effort of an index reaches a recall, on queries drawn from the namespace, and what it costs beside a scan. Three of eight
/// queries are rows; three lie beside one, as far from it as its tenth neighbour is, for a real query is no row; one lies far from all, one
/// in the middle of several: those two must reach the recall by themselves too.
/// </summary>
/// <remarks>
/// The truth is an exact scan. Efforts are tried from a small one on, half as much more each time, until the target is reached with a
/// margin for the few queries there are, or a scan would be cheaper.
/// </remarks>
internal static class RecallTuner
{
    private const int Seed = 4_217;
    private const int QueriesMax = 128;
    private const int QueriesMin = 32;
    private const long WorkMax = 6_000_000_000; // products of the exact scans: well under a second a core
    private const int ScansTimed = 5;
    private const double Step = 1.4;
    private const int MiddleRows = 15;
    private static readonly double[] FarTimes = [2, 10, 30]; // the distance of two rows

    /// <param name="index">What the index is.</param>
    /// <param name="options">How it is searched now.</param>
    /// <param name="snapshot">Its rows, with the approximate index.</param>
    /// <param name="threads">How many work at once.</param>
    /// <param name="cancellation">Stops between queries.</param>
    public static HeldRecall Measure(
        IndexDescriptor index, SearchOptions options, NamespaceSnapshot snapshot, int threads, CancellationToken cancellation)
    {
        index = index with { Search = options };
        var approximate = snapshot.Nearest!;
        var indexed = Math.Min(approximate.Count, snapshot.RowCount);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        var truths = Draw(index, snapshot, indexed, parallel);
        var scanUs = TimeScan(index, snapshot, truths, cancellation);

        var start = approximate.Kind == IndexKind.Hnsw ? 2 * HeldRecall.Few : 1;
        var few = Climb(index, options, snapshot, indexed, truths, HeldRecall.Few, start, scanUs, parallel);
        var many = few.Effort == 0
            ? few
            : Climb(
                index, options, snapshot, indexed, truths, HeldRecall.Many, Math.Max(few.Effort, start == 1 ? 1 : HeldRecall.Many), 2 * scanUs, parallel);
        var rowsPerEffort = few.UsPerEffort / Math.Max(1e-9, scanUs / snapshot.RowCount);
        return new HeldRecall(options.Recall, indexed, few.Effort, Math.Max(few.Effort, many.Effort), few.Recall, rowsPerEffort);
    }

    /// <summary>Queries, and the ranks of the last of their true best 10 and 100.</summary>
    private static Truth[] Draw(IndexDescriptor index, NamespaceSnapshot snapshot, int indexed, ParallelOptions parallel)
    {
        var random = new Random(Seed);
        var work = Math.Max(1, (long)indexed * Math.Max(16, index.Dimension));
        var count = (int)Math.Clamp(WorkMax / work, QueriesMin, QueriesMax);
        var rows = new List<int>();
        for (var tries = 0; rows.Count < count && tries < count * 20; tries++)
        {
            var row = random.Next(indexed);
            if (snapshot.IsLive(row))
                rows.Add(row);
        }

        var truths = new Truth[rows.Count];
        var shown = snapshot with { RowCount = indexed };
        Parallel.For(0, truths.Length, parallel, i =>
        {
            var draw = new Random(Seed + i);
            var vector = snapshot.Generation.Vectors.Row(rows[i]).ToArray();
            var other = snapshot.Generation.Vectors.Row(rows[draw.Next(rows.Count)]);
            switch (i % 8)
            {
                case 1 or 3 or 5:
                    var truth = TruthOf(index.Metric, shown, vector, parallel.CancellationToken);

                    // By the dot product a neighbour may be anywhere; a tenth of the way is aside enough.
                    Move(vector, snapshot.Generation.Vectors.Row(truth.Tenth), index.Metric == Metric.DotProduct ? 0.1 : 1, draw);
                    break;
                case 6:
                    Move(vector, other, FarTimes[i / 8 % FarTimes.Length], draw);
                    break;
                case 7:
                    MoveBetween(vector, i / 8 % 2 == 0 ? 1 : MiddleRows, () => snapshot.Generation.Vectors.Row(rows[draw.Next(rows.Count)]));
                    break;
            }

            truths[i] = TruthOf(index.Metric, shown, vector, parallel.CancellationToken);
        });
        return truths;
    }

    private static Truth TruthOf(Metric metric, NamespaceSnapshot snapshot, float[] vector, CancellationToken cancellation)
    {
        var nearest = new TopK(HeldRecall.Many, snapshot.Generation.Ids);
        CandidateScan.Exact(metric, snapshot, vector, filtered: null, nearest, cancellation);
        var candidates = nearest.Take();
        double[] ranks = [.. candidates.Select(candidate => candidate.Rank)];
        return new Truth(vector, ranks, candidates.Length == 0 ? 0 : candidates[Math.Min(HeldRecall.Few, candidates.Length) - 1].Row);
    }

    /// <summary>Moves a vector in a random direction, by some times its distance to another.</summary>
    private static void Move(float[] vector, ReadOnlySpan<float> other, double times, Random random)
    {
        double distance = 0, length = 0;
        var direction = new double[vector.Length];
        for (var i = 0; i < direction.Length; i++)
        {
            var rest = (double)vector[i] - other[i];
            distance += rest * rest;
            direction[i] = random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2;
            length += direction[i] * direction[i];
        }

        var factor = length > 0 ? Math.Sqrt(distance / length) * times : 0;
        for (var i = 0; i < direction.Length; i++)
        {
            var moved = (float)(vector[i] + direction[i] * factor);
            if (float.IsFinite(moved))
                vector[i] = moved;
        }
    }

    /// <summary>Moves a vector to the mean of itself and some others.</summary>
    private static void MoveBetween(float[] vector, int others, RowDraw next)
    {
        for (var count = 1; count <= others; count++)
        {
            var other = next();
            for (var at = 0; at < vector.Length; at++)
                vector[at] += (other[at] - vector[at]) / (count + 1);
        }
    }

    private static double TimeScan(IndexDescriptor index, NamespaceSnapshot snapshot, Truth[] truths, CancellationToken cancellation)
    {
        var scanned = snapshot with { Nearest = null };
        var times = new List<double>();
        foreach (var truth in truths.Take(ScansTimed + 1))
        {
            var started = Stopwatch.GetTimestamp();
            QueryExecutor.Execute(index, scanned, new VectorQuery { TopK = HeldRecall.Few, Vector = truth.Vector }, cancellation);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }

        return times.Count == 0 ? 1 : MedianOf(times.Skip(times.Count > 1 ? 1 : 0));
    }

    private static Rung Climb(
        IndexDescriptor index, SearchOptions options, NamespaceSnapshot snapshot, int indexed, Truth[] truths, int topK, int start, double scanUs, ParallelOptions parallel)
    {
        var target = options.Recall + (1 - options.Recall) / 4;
        var highest = snapshot.Nearest!.Kind == IndexKind.Hnsw ? indexed : snapshot.Nearest.Lists;
        var recalls = new double[truths.Length];
        var times = new double[truths.Length];
        for (var effort = Math.Min(start, highest); truths.Length > 0; effort = Math.Min(highest, (int)Math.Ceiling(effort * Step)))
        {
            Parallel.For(0, truths.Length, parallel, i =>
            {
                var started = Stopwatch.GetTimestamp();
                var search = new IndexSearch.Search(index.Metric, snapshot, indexed, filtered: null);
                var wanted = Math.Min(topK, truths[i].Ranks.Length);
                var nearest = search.Held(truths[i].Vector, wanted, effort, estimates: null, parallel.CancellationToken);
                times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds + (nearest is null ? scanUs : 0);
                recalls[i] = nearest is null ? 1 : truths[i].RecallOf(nearest.Take(), wanted); // null: a scan answers
            });
            var (recall, us) = (recalls.Average(), MedianOf(times));
            var aside = recalls.Where((_, i) => i % 8 >= 6).DefaultIfEmpty(1).Average(); // far from all, or between them
            if (recall >= target && aside >= options.Recall)
                return us <= scanUs ? new Rung(effort, recall, us / effort) : new Rung(0, recall, us / effort);
            if (us > scanUs || effort >= highest)
                return new Rung(topK == HeldRecall.Few ? 0 : effort, recall, us / effort);
        }

        return new Rung(0, 0, 1);
    }

    private static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private delegate ReadOnlySpan<float> RowDraw();

    private readonly record struct Rung(int Effort, double Recall, double UsPerEffort);

    /// <param name="Vector">The query.</param>
    /// <param name="Ranks">The exact ranks of its nearest rows, best first.</param>
    /// <param name="Tenth">The tenth of those rows.</param>
    private sealed record Truth(float[] Vector, double[] Ranks, int Tenth)
    {
        /// <summary>The share of the true best found. What is as near as the last of those counts as one of them.</summary>
        public double RecallOf(Candidate[] found, int wanted)
        {
            if (wanted == 0)
                return 1;
            var last = Ranks[wanted - 1];
            return Math.Min(wanted, found.Count(candidate => candidate.Rank >= last)) / (double)wanted;
        }
    }
}
