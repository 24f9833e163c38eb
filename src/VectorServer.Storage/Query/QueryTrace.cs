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

    public void Planned(QueryPlan plan, string why) => (_plan, _why) = (plan, why);

    /// <summary>An approximate index of the first rows found some, before those that are dead or do not match are taken out.</summary>
    public void Found(IndexKind kind, int indexedRows, int count) => (_kind, _indexedRows, _found) = (kind, indexedRows, count);

    public void Shortlisted(Candidate[] candidates)
    {
        _candidates = candidates;
        _candidatesMs = Lap();
    }

    public void Rescored() => _rescoreMs = Lap();

    public QueryExplanation Nothing() => QueryExplanation.Nothing with { Rows = snapshot.LiveCount, FilteredRows = _filteredRows, FilterMs = _filterMs };

    public QueryExplanation Explain(Metric metric, VectorQuery query, ReadOnlySpan<Match> matches)
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
            Rescored = _candidates.Length,
            Compression = (readsCodes ? snapshot.Codes!.Codec.Compression : Compression.Float32).ToName(),
            IndexKind = (_plan == QueryPlan.Index ? _kind : IndexKind.Flat).ToName(),
            FilterMs = _filterMs,
            CandidatesMs = _candidatesMs,
            RescoreMs = _rescoreMs,
            HydrateMs = hydrateMs,
            Estimates = Estimates(metric, query, matches),
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

    private double?[] Estimates(Metric metric, VectorQuery query, ReadOnlySpan<Match> matches)
    {
        var estimates = new double?[matches.Length];
        if (_plan is QueryPlan.Exact or QueryPlan.Sparse)
            return estimates;
        var ranks = _candidates.ToDictionary(candidate => candidate.Row, candidate => candidate.Rank);

        // A graph leaves out of a distance what is the query's alone, for it is the same for all rows.
        var ofQuery = _kind == IndexKind.Hnsw && metric == Metric.Euclidean
            ? ExactScorer.Exact(Metric.DotProduct, query.Vector!.Value.Span, query.Vector.Value.Span)
            : 0;
        for (var i = 0; i < estimates.Length; i++)
        {
            var rank = ranks[matches[i].Row] - (matches[i].Row < _indexedRows ? ofQuery : 0);
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
