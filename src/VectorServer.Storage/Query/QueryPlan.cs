using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Query;

/// <summary>How a query finds its candidates. Whatever the plan, every match is scored exactly before it is returned.</summary>
internal enum QueryPlan
{
    /// <summary>Inverted lists, and the raw vectors where the query has a dense part too: exact.</summary>
    Sparse,

    /// <summary>The raw vectors of all candidates: exact.</summary>
    Exact,

    /// <summary>The codes shortlist, the raw vectors decide.</summary>
    Codes,
}

/// <summary>Chooses a plan and its effort.</summary>
internal static class QueryPlanner
{
    /// <summary>Candidates up to which the raw vectors are scanned: 10 MB at 512 dimensions, read in well under a millisecond.</summary>
    public const int ExactRowsMax = 5_000;

    private const float DefaultScanFactor = 4; // the wire's default

    // Candidates are topK x 4 x scan factor, so 16 for each match by default and 160 for the usual topK of 10.
    private const float CandidatesPerMatch = 4;
    private const int MatchesMin = 10;

    public static QueryPlan Choose(NamespaceSnapshot snapshot, VectorQuery query, int candidateRows)
    {
        if (query.Sparse is not null)
            return QueryPlan.Sparse;
        return snapshot.Codes is null || query.Exact || candidateRows <= Math.Max(ExactRowsMax, query.TopK) ? QueryPlan.Exact : QueryPlan.Codes;
    }

    /// <summary>How many candidates the codes shortlist.</summary>
    public static int CandidateCount(VectorQuery query)
    {
        if (query.MaxCandidates is { } asked)
            return Math.Max(asked, query.TopK);
        var count = Math.Max(query.TopK, MatchesMin) * CandidatesPerMatch * (query.ScanFactor ?? DefaultScanFactor);
        return (int)Math.Clamp(count, query.TopK, int.MaxValue / 2);
    }
}
