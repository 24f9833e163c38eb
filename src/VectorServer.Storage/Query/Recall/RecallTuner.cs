using System.Diagnostics;
using System.Runtime.InteropServices;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query.Recall;

/// <summary>
/// Measures which effort of an index reaches a recall, on queries drawn from the namespace, and what it costs beside a scan. Two of eight
/// queries are rows; four lie beside one, as far from it as its neighbours are from each other, for a real query is no row; one lies far from
/// all, one in the middle of several. Each of these must reach the recall by itself, and those that lie outside of what the first six do get
/// an effort of their own (<see cref="HeldRecall.Reach"/>).
/// </summary>
/// <remarks>
/// The truth is an exact scan. Efforts of a graph are tried from a small one on, half as much more each time, until the target is reached
/// with a margin for the few queries there are, or a scan would be cheaper. Of lists all are allowed: their bounds say how many are read.
/// </remarks>
internal static class RecallTuner
{
    private const int Seed = 4_217;
    private const int QueriesMax = 128;
    private const int QueriesMin = 32;
    private const long WorkMax = 6_000_000_000; // products of the exact scans: well under a second a core
    private const int ScansTimed = 5;
    private const double Step = 1.4;
    private const int EffortMin = 32; // of a graph: less saves no time worth naming
    private const int MiddleRows = 15;
    private const int UnusualShare = 32; // one of so many rows may be an outlier
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
        var reach = ReachOf(truths);
        Truth[] usual = [.. truths.Where(truth => !(truth.Nearness < reach))];
        Truth[] outside = [.. truths.Where(truth => truth.Nearness < reach)];
        if (approximate.Kind != IndexKind.Hnsw)
            (usual, outside, reach) = (truths, [], double.NegativeInfinity); // bounds say of every query how many lists are read

        var scanUs = TimeScan(index, snapshot, usual, cancellation);
        var (effort, rung) = Climb(index, options, snapshot, indexed, usual, 0, scanUs, parallel);
        var aside = outside.Length == 0 || effort.IsNone
            ? effort
            : Climb(index, options, snapshot, indexed, outside, effort.OfFew, TimeScan(index, snapshot, outside, cancellation), parallel).Effort;
        var rowsPerEffort = rung.UsPerEffort / Math.Max(1e-9, scanUs / snapshot.RowCount);
        return new HeldRecall(options.Recall, indexed, effort, aside, reach, rung.Recall, rowsPerEffort);
    }

    /// <summary>How near a usual query is to the nearest row: as all but a few are of those that are rows or lie beside one.</summary>
    private static double ReachOf(Truth[] truths)
    {
        double[] sorted = [.. truths.Where(truth => truth.Place != Place.Aside).Select(truth => truth.Nearness).Order()];
        return sorted.Length == 0 ? double.NegativeInfinity : sorted[sorted.Length / UnusualShare];
    }

    /// <summary>Queries, and the ranks of the last of their true best 10 and 100.</summary>
    private static Truth[] Draw(IndexDescriptor index, NamespaceSnapshot snapshot, int indexed, ParallelOptions parallel)
    {
        var random = new Random(Seed);
        var work = Math.Max(1, (long)indexed * Math.Max(16, index.Dimension));
        var count = (int)Math.Clamp(WorkMax / work, QueriesMin, QueriesMax);
        var rows = new List<int>();
        var seen = new HashSet<int>(); // of copies one is enough, or they would hide how the others fare
        for (var tries = 0; rows.Count < count && tries < count * 20; tries++)
        {
            var row = random.Next(indexed);
            if (!snapshot.IsLive(row))
                continue;
            var hash = default(HashCode);
            hash.AddBytes(MemoryMarshal.AsBytes(snapshot.Generation.Vectors.Row(row)));
            if (seen.Add(hash.ToHashCode()))
                rows.Add(row);
        }

        ReadOnlySpan<float> RowAt(int row) => snapshot.Generation.Vectors.Row(row);
        var truths = new Truth[rows.Count];
        var shown = snapshot with { RowCount = indexed };
        Parallel.For(0, truths.Length, parallel, i =>
        {
            var draw = new Random(Seed + i);
            var vector = snapshot.Generation.Vectors.Row(rows[i]).ToArray();
            var other = snapshot.Generation.Vectors.Row(rows[draw.Next(rows.Count)]);
            switch (i % 8)
            {
                case 1 or 2 or 3 or 5:
                    var near = TruthOf(index.Metric, shown, vector, parallel.CancellationToken).Rows;

                    // By the dot product a neighbour may be anywhere; a tenth of the way is aside enough.
                    if (index.Metric == Metric.DotProduct || i % 8 == 5)
                        Move(vector, RowAt(near[Math.Min(HeldRecall.Few, near.Length) - 1]), index.Metric == Metric.DotProduct ? 0.1 : 1, draw);
                    else
                        MoveAlong(vector, times: Math.Min(2, i % 8), () => RowAt(near[draw.Next(near.Length)]));
                    break;
                case 6:
                    Move(vector, other, FarTimes[i / 8 % FarTimes.Length], draw);
                    break;
                case 7:
                    MoveBetween(vector, i / 8 % 2 == 0 ? 1 : MiddleRows, () => snapshot.Generation.Vectors.Row(rows[draw.Next(rows.Count)]));
                    break;
            }

            truths[i] = TruthOf(index.Metric, shown, vector, parallel.CancellationToken) with { Place = PlaceOf(i) };
        });
        return truths;
    }

    private static Truth TruthOf(Metric metric, NamespaceSnapshot snapshot, float[] vector, CancellationToken cancellation)
    {
        var nearest = new TopK(HeldRecall.Many, snapshot.Generation.Ids);
        CandidateScan.Exact(metric, snapshot, vector, filtered: null, nearest, cancellation);
        var candidates = nearest.Take();
        double[] ranks = [.. candidates.Select(candidate => candidate.Rank)];
        var nearness = ranks.Length == 0 ? double.NaN : ranks[0] / (metric == Metric.DotProduct ? ExactScorer.Norm(vector) : 1);
        return new Truth(vector, ranks, [.. candidates.Select(candidate => candidate.Row)], nearness);
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

    /// <summary>The efforts for few and for many matches.</summary>
    private static (HeldEffort Effort, Rung Few) Climb(
        IndexDescriptor index,
        SearchOptions options,
        NamespaceSnapshot snapshot,
        int indexed,
        Truth[] truths,
        int start,
        double scanUs,
        ParallelOptions parallel)
    {
        var isGraph = snapshot.Nearest!.Kind == IndexKind.Hnsw;
        var first = isGraph ? Math.Max(start, EffortMin) : snapshot.Nearest.Lists; // lists are read until no other can hold a nearer row
        var few = Climb(index, options, snapshot, indexed, truths, HeldRecall.Few, first, scanUs, parallel);
        if (few.Effort == 0)
            return (default, few);
        var many = Climb(
            index, options, snapshot, indexed, truths, HeldRecall.Many, Math.Max(few.Effort, isGraph ? HeldRecall.Many : 1), 2 * scanUs, parallel);
        return (new HeldEffort(few.Effort, Math.Max(few.Effort, many.Effort)), few);
    }

    private static Rung Climb(
        IndexDescriptor index,
        SearchOptions options,
        NamespaceSnapshot snapshot,
        int indexed,
        Truth[] truths,
        int topK,
        int start,
        double scanUs,
        ParallelOptions parallel)
    {
        var target = options.Recall + (1 - options.Recall) / 2; // half of what may be missed is for what the few queries do not show
        var highest = snapshot.Nearest!.Kind == IndexKind.Hnsw ? indexed : snapshot.Nearest.Lists;
        var recalls = new double[truths.Length];
        var firsts = new double[truths.Length];
        var times = new double[truths.Length];
        for (var effort = Math.Min(start, highest); truths.Length > 0; effort = Math.Min(highest, (int)Math.Ceiling(effort * Step)))
        {
            Parallel.For(0, truths.Length, parallel, i =>
            {
                var started = Stopwatch.GetTimestamp();
                var search = new IndexSearch.Search(index.Metric, snapshot, indexed, filtered: null);
                var wanted = Math.Min(topK, truths[i].Ranks.Length);
                var nearest = search.Held(truths[i].Vector, wanted, effort, held: null, estimates: null, parallel.CancellationToken);
                times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds + (nearest is null ? scanUs : 0);
                (firsts[i], recalls[i]) = nearest is null ? (1, 1) : truths[i].RecallOf(nearest.Take(), wanted); // null: a scan answers
            });
            var (recall, us) = (recalls.Average(), MedianOf(times));
            double RecallAt(Place place) => recalls.Where((_, i) => truths[i].Place == place).DefaultIfEmpty(1).Average();
            var isReached = RecallAt(Place.Beside) >= target && RecallAt(Place.Row) >= options.Recall && RecallAt(Place.Aside) >= options.Recall;
            if (isReached && firsts.Average() >= target)
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

    /// <summary>Moves a vector as one of its neighbours lies to another, so many times: it stays where rows lie, and is none of them.</summary>
    private static void MoveAlong(float[] vector, int times, RowDraw next)
    {
        for (; times > 0; times--)
        {
            var from = next();
            var to = next();
            for (var i = 0; i < vector.Length; i++)
            {
                var moved = (float)(vector[i] + ((double)to[i] - from[i]));
                if (float.IsFinite(moved))
                    vector[i] = moved;
            }
        }
    }

    private static Place PlaceOf(int query) => (query % 8) switch
    {
        0 or 4 => Place.Row,
        6 or 7 => Place.Aside,
        _ => Place.Beside,
    };

    private delegate ReadOnlySpan<float> RowDraw();

    private enum Place
    {
        /// <summary>It is a row.</summary>
        Row,

        /// <summary>It lies beside one.</summary>
        Beside,

        /// <summary>It lies far from all rows, or between them.</summary>
        Aside,
    }

    private readonly record struct Rung(int Effort, double Recall, double UsPerEffort);

    /// <param name="Vector">The query.</param>
    /// <param name="Ranks">The exact ranks of its nearest rows, best first.</param>
    /// <param name="Rows">Those rows.</param>
    /// <param name="Nearness">As <see cref="HeldRecall.Reach"/> is measured.</param>
    private sealed record Truth(float[] Vector, double[] Ranks, int[] Rows, double Nearness)
    {
        public Place Place { get; init; }

        /// <summary>Whether the best was found, and the share of the true best. What is as near as the last of those counts as one of them.</summary>
        public (double First, double Share) RecallOf(Candidate[] found, int wanted)
        {
            if (wanted == 0)
                return (1, 1);
            var last = Ranks[wanted - 1];
            var right = Math.Min(wanted, found.Count(candidate => candidate.Rank >= last));
            return (found.Length > 0 && found[0].Rank >= Ranks[0] ? 1 : 0, right / (double)wanted);
        }
    }
}
