using System.Globalization;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>How a query finds its candidates. Whatever the plan, every match is scored exactly before it is returned.</summary>
internal enum QueryPlan
{
    /// <summary>Inverted lists: exact. Where the query has a dense part too, the codes or the raw vectors beside them.</summary>
    Sparse,

    /// <summary>The raw vectors of all candidates: exact.</summary>
    Exact,

    /// <summary>The codes shortlist, the raw vectors decide.</summary>
    Codes,

    /// <summary>An approximate index shortlists, the raw vectors decide.</summary>
    Index,
}

/// <summary>Chooses a plan and its effort.</summary>
internal static class QueryPlanner
{
    /// <summary>Candidates up to which the raw vectors are scanned: 10 MB at 512 dimensions, read in well under a millisecond.</summary>
    public const int ExactRowsMax = 5_000;

    private const float DefaultScanFactor = 4; // the wire's default

    private const float CandidatesPerMatch = 4; // of a caller that sets a scan factor
    private const float CandidatesPerMatchOfIndex = 6; // a graph finds 0.99 of the nearest with 200 nodes on its walk
    private const int FarReadBytes = 128; // what it costs more to read a row by itself than one of many
    private const int MatchesMin = 10;

    // Below, a walk finds mostly rows that do not count, and a scan of the codes under the filter is faster.
    private const double IndexShareMin = 0.3;

    public static QueryPlan Choose(IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query, int candidateRows)
    {
        if (query.Sparse is not null)
            return QueryPlan.Sparse;
        if (query.Exact || candidateRows <= ExactRowsUpTo(snapshot, query))
            return QueryPlan.Exact;
        if (IsIndexCheaper(index, snapshot, query, candidateRows))
            return QueryPlan.Index;
        return WithoutIndex(snapshot);
    }

    /// <summary>The plan where the approximate index is not there, or did not find enough.</summary>
    public static QueryPlan WithoutIndex(NamespaceSnapshot snapshot) => snapshot.Codes is null ? QueryPlan.Exact : QueryPlan.Codes;

    /// <summary>Whether a query with a sparse part too reads the codes for its dense part; else the raw vectors, or none.</summary>
    public static bool ReadsCodesInHybrid(NamespaceSnapshot snapshot, VectorQuery query, int candidateRows) =>
        query.Vector is not null && !query.Exact && candidateRows > ExactRowsUpTo(snapshot, query) && snapshot.Codes is not null;

    /// <summary>Why <see cref="Choose"/> chose what it did.</summary>
    public static string WhyOf(IndexDescriptor index, QueryPlan plan, NamespaceSnapshot snapshot, VectorQuery query, int candidateRows) => plan switch
    {
        QueryPlan.Sparse => "the query has a sparse part",
        QueryPlan.Exact when query.Exact => "exact was asked for",
        QueryPlan.Exact when candidateRows <= ExactRowsMax => $"there are no more than {ExactRowsMax} rows to score",
        QueryPlan.Exact when candidateRows <= query.TopK => "topK takes every row",
        QueryPlan.Exact when candidateRows <= ExactRowsUpTo(snapshot, query) => "the filter leaves fewer bytes to score than a scan of the codes reads",
        QueryPlan.Exact => "the namespace has no codes and no index that is cheaper",
        QueryPlan.Index when SearchChoice.EffortByHand(index.Search, snapshot.Nearest!.Kind) is { } effort =>
            $"the index is asked with the {NameOfEffort(snapshot.Nearest!.Kind)} that was set by hand, {effort}",
        QueryPlan.Index when snapshot.Nearest?.Held is { } held => string.Create(
            CultureInfo.InvariantCulture,
            $"the index is cheaper than a scan, {NameOfEffort(snapshot.Nearest.Kind)} {held.Usual.Of(query.TopK)} for a recall of {held.Target}"),
        QueryPlan.Index => "the index is cheaper than a scan",
        _ when snapshot.Nearest is null => "the namespace has codes and no index",
        _ when ShareOf(snapshot, candidateRows) < IndexShareMin => "the filter leaves too few rows for the index",
        _ when snapshot.Nearest.Held is { Usual.IsNone: true } held => string.Create(
            CultureInfo.InvariantCulture, $"a scan of the codes is cheaper than the index at a recall of {held.Target}"),
        _ when !IsEffortKnown(snapshot.Nearest) => "the effort that the index needs is not measured yet",
        _ => "a scan of the codes is cheaper than the index",
    };

    private static string NameOfEffort(IndexKind kind) => kind == IndexKind.Hnsw ? "ef" : "nprobe";

    /// <summary>The effort of an approximate index that somebody set: the query, or the index's own setting; null where it is measured.</summary>
    public static int? EffortOfCaller(IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query)
    {
        if (snapshot.Nearest is not { } approximate)
            return null;
        if (approximate.Kind == IndexKind.Hnsw && (query.MaxCandidates is not null || query.ScanFactor is not null))
            return CandidateCount(query, isOfIndex: true);
        return SearchChoice.EffortByHand(index.Search, approximate.Kind) is { } effort
            ? approximate.Kind == IndexKind.Hnsw ? Math.Max(effort, query.TopK) : effort
            : null;
    }

    /// <summary>The effort of an approximate index: what somebody set, or what was measured to reach the recall that the index is held to.</summary>
    public static int IndexEffort(IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query)
    {
        if (EffortOfCaller(index, snapshot, query) is { } set)
            return set;
        var approximate = snapshot.Nearest!;
        if (approximate.Kind != IndexKind.Hnsw)
            return approximate.UsualEffort;
        return approximate.Held is { Usual.IsNone: false } held
            ? Math.Max(held.Usual.Of(query.TopK), query.TopK)
            : Math.Max(approximate.UsualEffort, CandidateCount(query, isOfIndex: true));
    }

    private static bool IsIndexCheaper(IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query, int candidateRows)
    {
        if (snapshot.Nearest is not { } approximate || ShareOf(snapshot, candidateRows) < IndexShareMin)
            return false;
        if (SearchChoice.EffortByHand(index.Search, approximate.Kind) is not null)
            return true;
        if (approximate.Held is { Usual.IsNone: true })
            return false; // no effort that is worth it reaches the recall
        if (!IsEffortKnown(approximate) && EffortOfCaller(index, snapshot, query) is null)
            return false;
        var tail = Math.Max(0, snapshot.RowCount - approximate.Count);
        var effort = IndexEffort(index, snapshot, query) / ShareOf(snapshot, candidateRows);
        return approximate.ScannedRows((int)Math.Min(int.MaxValue, effort)) + tail < snapshot.RowCount;
    }

    /// <summary>Whether an effort reaches the recall: a graph's was measured for about as many rows, lists are bounded.</summary>
    private static bool IsEffortKnown(CandidateIndex approximate) =>
        approximate.Kind != IndexKind.Hnsw || approximate.Held?.Holds(approximate.Count) == true;

    private static double ShareOf(NamespaceSnapshot snapshot, int candidateRows) => (double)candidateRows / snapshot.RowCount;

    /// <summary>Rows up to which scoring each costs less than a scan of the codes.</summary>
    private static int ExactRowsUpTo(NamespaceSnapshot snapshot, VectorQuery query)
    {
        var byBytes = snapshot.Codes is { } codes ? codes.ScannedBytes / (snapshot.Generation.Vectors.RowBytes + FarReadBytes) : 0;
        return (int)Math.Max(byBytes, Math.Max(ExactRowsMax, query.TopK));
    }

    /// <summary>How many candidates an approximate index is asked for, or a caller allows.</summary>
    /// <param name="query">Its topK and effort.</param>
    /// <param name="isOfIndex">Of an approximate index; else of the codes.</param>
    public static int CandidateCount(VectorQuery query, bool isOfIndex = false)
    {
        if (query.MaxCandidates is { } asked)
            return Math.Max(asked, query.TopK);
        var count = Math.Max(query.TopK, MatchesMin) * (isOfIndex ? CandidatesPerMatchOfIndex : CandidatesPerMatch) * (query.ScanFactor ?? DefaultScanFactor);
        return (int)Math.Clamp(count, query.TopK, int.MaxValue / 2);
    }
}
