using System.Diagnostics;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>Takes down what a query's execution does, step by step, for its <see cref="QueryExplanation"/>. Exists only where one is asked for.</summary>
internal sealed class QueryTrace(NamespaceSnapshot snapshot)
{
    private long _lap = Stopwatch.GetTimestamp();
    private QueryPlan _plan = QueryPlan.Exact;
    private string _why = QueryExplanation.Nothing.Why;
    private int _filteredRows = snapshot.LiveCount;
    private SearchOutcome _outcome = new([]);
    private int _found;
    private int _indexedRows;
    private IndexKind _kind = IndexKind.Flat;
    private double _filterMs;
    private double _candidatesMs;

    public void Filtered(RowSet? filtered)
    {
        _filterMs = Lap();
        if (filtered is not null)
            _filteredRows = FilterRows.Count(snapshot, filtered);
        Lap(); // the count is the explanation's own
    }

    public void Planned(QueryPlan plan, string why) => (_plan, _why) = (plan, why);

    /// <summary>An approximate index of the first rows found some, before those that are dead or do not match are taken out.</summary>
    /// <param name="kind">What the index is.</param>
    /// <param name="indexedRows">Rows it answers for.</param>
    /// <param name="count">Rows it found.</param>
    public void Found(IndexKind kind, int indexedRows, int count) => (_kind, _indexedRows, _found) = (kind, indexedRows, count);

    public void Settled(SearchOutcome outcome)
    {
        _outcome = outcome;
        _candidatesMs = Lap() - outcome.SettleMs;
    }

    public QueryExplanation Nothing() => QueryExplanation.Nothing with { Rows = snapshot.LiveCount, FilteredRows = _filteredRows, FilterMs = _filterMs };

    public QueryExplanation Explain(Metric metric, ReadOnlySpan<Match> matches)
    {
        var hydrateMs = Lap();
        var readsCodes = snapshot.Codes is not null && (_plan == QueryPlan.Codes || (_plan == QueryPlan.Sparse && _outcome.Bound is not null));
        return new QueryExplanation
        {
            Plan = NameOf(_plan),
            Why = _why,
            Rows = snapshot.LiveCount,
            FilteredRows = _filteredRows,
            Candidates = _plan == QueryPlan.Index ? _found + Math.Max(0, snapshot.RowCount - _indexedRows) : _outcome.Found,
            Rescored = _outcome.Scored,
            IsCertified = _outcome.IsCertified,
            Bound = _outcome.BoundName,
            MissShare = _outcome.Bound?.MissShare ?? 0,
            Compression = (readsCodes ? snapshot.Codes!.Codec.Compression : Compression.Float32).ToName(),
            IndexKind = (_plan == QueryPlan.Index ? _kind : IndexKind.Flat).ToName(),
            FilterMs = _filterMs,
            CandidatesMs = _candidatesMs,
            RescoreMs = _outcome.SettleMs,
            HydrateMs = hydrateMs,
            Estimates = Estimates(metric, matches),
        };
    }

    private static string NameOf(QueryPlan plan) => plan switch
    {
        QueryPlan.Sparse => "sparse",
        QueryPlan.Exact => "exact",
        QueryPlan.Codes => "codes",
        QueryPlan.Index => "index",
        _ => throw new UnreachableException(),
    };

    private double?[] Estimates(Metric metric, ReadOnlySpan<Match> matches)
    {
        var estimates = new double?[matches.Length];
        if (_outcome.Estimates is not { } ranks)
            return estimates;
        for (var i = 0; i < estimates.Length; i++)
        {
            if (ranks.TryGetValue(matches[i].Row, out var rank) && double.IsFinite(rank))
                estimates[i] = metric.ToRank(rank); // its own inverse
        }

        return estimates;
    }

    private double Lap()
    {
        var now = Stopwatch.GetTimestamp();
        var elapsed = Stopwatch.GetElapsedTime(_lap, now);
        _lap = now;
        return elapsed.TotalMilliseconds;
    }
}
