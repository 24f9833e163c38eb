using System.Diagnostics;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query.Recall;

/// <summary>A moving average of recalls, 0..1, null before the first, and how many there were.</summary>
internal readonly record struct RecallReading(double? Mean, long Samples);

/// <summary>The recall of one namespace's queries. Begins anew whenever the codes or the kind of index change.</summary>
internal sealed class RecallMeter(RecallGauge gauge)
{
    /// <summary>Matches that are compared, or as many as were asked for.</summary>
    private const int MatchesMax = 10;

    private const double WeightMin = 1 / 200.0; // the average is the plain one up to this many samples, then forgets the oldest

    private readonly RecallHold _hold = new();
    private readonly Lock _lock = new();
    private (Compression? Codes, IndexKind? Kind) _means;
    private double _mean;
    private long _samples;

    /// <summary>Perhaps has a query's answer compared with the exact one, later. The caller holds the snapshot.</summary>
    /// <param name="index">What the index is.</param>
    /// <param name="snapshot">What was searched.</param>
    /// <param name="query">By a dense vector.</param>
    /// <param name="matches">All that was found, best first.</param>
    /// <param name="isHeld">Whether an index found it with an effort that is held to a recall.</param>
    public void Consider(IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query, Match[] matches, bool isHeld)
    {
        if (!gauge.TryBegin())
            return;
        var begun = Stopwatch.GetTimestamp();
        if (!snapshot.Generation.TryAddReference())
        {
            RecallGauge.End(begun);
            return;
        }

        // The vector is copied, for the caller's memory is the caller's again when the query is answered.
        var exactQuery = new VectorQuery
        {
            TopK = Math.Min(query.TopK, MatchesMax),
            Vector = query.Vector!.Value.ToArray(),
            Filter = query.Filter,
            Exact = true,
        };
        _ = Task.Run(() => Measure(index, snapshot, exactQuery, matches, isHeld), CancellationToken.None);
    }

    public RecallReading Read(NamespaceSnapshot snapshot)
    {
        lock (_lock)
            return _samples > 0 && _means == MeansOf(snapshot) ? new RecallReading(_mean, _samples) : default;
    }

    /// <summary>
    /// The share of the true best that was found. What is as near as the last of those counts as one of them, so that it does not matter
    /// which of several equals was found.
    /// </summary>
    internal static double RecallOf(Metric metric, ReadOnlySpan<Match> found, IReadOnlyList<ScoredRecord> best)
    {
        var last = metric.ToRank(best[^1].Score);
        var count = 0;
        foreach (var match in found[..Math.Min(found.Length, best.Count)])
            count += metric.ToRank(match.Score) >= last ? 1 : 0;
        return (double)count / best.Count;
    }

    private void Measure(IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery exactQuery, Match[] matches, bool isHeld)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            var best = QueryExecutor.Execute(index, snapshot, exactQuery, gauge.Stop).Matches;
            if (best.Count > 0)
            {
                var recall = RecallOf(index.Metric, matches, best);
                Add(MeansOf(snapshot), recall);
                if (isHeld && snapshot.Nearest is { } approximate)
                    _hold.Add(approximate, recall);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or StorageException)
        {
            // The index ends, or a row that the filter reads is damaged, which the queries themselves tell.
        }
        finally
        {
            snapshot.Generation.Release();
            RecallGauge.End(begun);
        }
    }

    private void Add((Compression? Codes, IndexKind? Kind) means, double recall)
    {
        lock (_lock)
        {
            if (means != _means)
                (_means, _samples) = (means, 0);
            _samples++;
            var weight = Math.Max(1.0 / _samples, WeightMin);
            _mean = (_mean * (1 - weight)) + (recall * weight);
        }
    }

    private static (Compression? Codes, IndexKind? Kind) MeansOf(NamespaceSnapshot snapshot) =>
        (snapshot.Codes?.Codec.Compression, snapshot.Nearest?.Kind);
}
