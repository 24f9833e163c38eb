using System.Diagnostics;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>Takes down what a query's execution does, step by step, for its <see cref="QueryExplanation"/>. Exists only where one is asked for.</summary>
internal sealed class QueryTrace(NamespaceSnapshot snapshot)
{
    private long _lap = Stopwatch.GetTimestamp();
    private QueryPlan _plan = QueryPlan.Exact;
    private string _why = QueryExplanation.Nothing.Why;
    private int _filteredRows = snapshot.LiveCount;
    private Candidate[] _candidates = [];
    private int _found;
    private int _scored;
    private Dictionary<int, double>? _estimates;
    private int _indexedRows;
    private IndexKind _kind = IndexKind.Flat;
    private double _filterMs;
    private double _candidatesMs;
    private double _rescoreMs;

    public void Filtered(RowSet? filtered)
    {
        _filterMs = Lap();
        if (filtered is not null)
            _filteredRows = FilterRows.Count(snapshot, filtered);
        Lap(); // the count is the explanation's own
    }

    public void Planned(QueryPlan plan, string why) => (_plan, _why, _estimates) = (plan, why, null);

    /// <summary>An approximate index of the first rows found some, before those that are dead or do not match are taken out.</summary>
    /// <param name="kind">What the index is.</param>
    /// <param name="indexedRows">Rows it answers for.</param>
    /// <param name="count">Rows it found.</param>
    /// <param name="scored">Those of them that were scored exactly.</param>
    /// <param name="estimates">What their ranks were estimated to be.</param>
    public void Found(IndexKind kind, int indexedRows, int count, int scored, Dictionary<int, double> estimates) =>
        (_kind, _indexedRows, _found, _scored, _estimates) = (kind, indexedRows, count, scored, estimates);

    public void Shortlisted(Candidate[] candidates)
    {
        _candidates = candidates;
        _candidatesMs = Lap();
    }

    public void Rescored() => _rescoreMs = Lap();

    public QueryExplanation Nothing() => QueryExplanation.Nothing with { Rows = snapshot.LiveCount, FilteredRows = _filteredRows, FilterMs = _filterMs };

    public QueryExplanation Explain(Metric metric, ReadOnlySpan<Match> matches)
    {
        var hydrateMs = Lap();
        var tail = _candidates.Count(candidate => candidate.Row >= _indexedRows);
        var readsCodes = snapshot.Codes is not null && (_plan == QueryPlan.Codes || (_plan == QueryPlan.Index && _indexedRows < snapshot.RowCount));
        return new QueryExplanation
        {
            Plan = NameOf(_plan),
            Why = _why,
            Rows = snapshot.LiveCount,
            FilteredRows = _filteredRows,
            Candidates = _plan == QueryPlan.Index ? _found + tail : _candidates.Length,
            Rescored = _plan == QueryPlan.Index ? _scored + tail : _candidates.Length,
            Compression = (readsCodes ? snapshot.Codes!.Codec.Compression : Compression.Float32).ToName(),
            IndexKind = (_plan == QueryPlan.Index ? _kind : IndexKind.Flat).ToName(),
            FilterMs = _filterMs,
            CandidatesMs = _candidatesMs,
            RescoreMs = _rescoreMs,
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
        if (_plan is QueryPlan.Exact or QueryPlan.Sparse)
            return estimates;
        var ranks = _estimates ?? _candidates.ToDictionary(candidate => candidate.Row, candidate => candidate.Rank);
        for (var i = 0; i < estimates.Length; i++)
            estimates[i] = ranks.TryGetValue(matches[i].Row, out var rank) ? metric.ToRank(rank) : null; // its own inverse

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
