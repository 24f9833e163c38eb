using System.Diagnostics;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>
/// Finds the nearest rows by the codes and their bounds. Rows that have no codes yet are scanned exactly first: what they score spares
/// reading of the others.
/// </summary>
internal static class CodeSearch
{
    /// <returns>The nearest; null where the codes do not answer, or scoring every row costs less.</returns>
    public static SearchOutcome? Run(
        Metric metric, NamespaceSnapshot snapshot, VectorQuery query, RowSet? filtered, int candidateRows, bool keepsEstimates, CancellationToken cancellation)
    {
        var codes = snapshot.Codes!;
        var dense = query.Vector!.Value.Span;
        var coded = Math.Min(codes.Count, snapshot.RowCount); // read once: rows coded from now on are scanned
        var exact = new ExactRank(metric, snapshot, dense, query.Sparse);
        var nearest = new TopK(Math.Min(query.TopK, candidateRows), snapshot.Generation.Ids);
        using var sparse = query.Sparse is null ? null : new SparseScores(snapshot, query.Sparse, coded);
        if (coded < snapshot.RowCount)
            ScanTail(metric, snapshot, query, filtered, coded, nearest, cancellation);
        if (query.MaxCandidates is not null || query.ScanFactor is not null)
            return RunCapped(snapshot, query, filtered, candidateRows, coded, exact, nearest, sparse, cancellation);

        var rows = new NearestRows(snapshot, exact, nearest, filtered, coded, sparse) { Estimates = keepsEstimates ? [] : null };
        if (!codes.Search(dense, rows, cancellation))
            return null;
        var settling = Stopwatch.GetTimestamp();
        if (!rows.Settle())
            return null;
        return new SearchOutcome(nearest.Take())
        {
            IsCertified = true,
            Bound = rows.Trusted,
            Found = rows.Found,
            Scored = rows.Scored + snapshot.RowCount - coded,
            Estimates = rows.Estimates,
            SettleMs = Stopwatch.GetElapsedTime(settling).TotalMilliseconds,
        };
    }

    private static void ScanTail(
        Metric metric, NamespaceSnapshot snapshot, VectorQuery query, RowSet? filtered, int firstRow, TopK nearest, CancellationToken cancellation)
    {
        if (query.Sparse is { } sparse)
            HybridScan.Run(snapshot, sparse, query.Vector!.Value.Span, filtered, nearest, cancellation, firstRow);
        else
            CandidateScan.Exact(metric, snapshot, query.Vector!.Value.Span, filtered, nearest, cancellation, firstRow);
    }

    /// <summary>No more rows than the caller allows are scored: the answer may not be certified.</summary>
    private static SearchOutcome? RunCapped(
        NamespaceSnapshot snapshot,
        VectorQuery query,
        RowSet? filtered,
        int candidateRows,
        int coded,
        ExactRank exact,
        TopK nearest,
        SparseScores? sparse,
        CancellationToken cancellation)
    {
        var rows = new CappedRows(snapshot, Math.Min(QueryPlanner.CandidateCount(query), candidateRows), filtered, coded, sparse);
        if (!snapshot.Codes!.Search(query.Vector!.Value.Span, rows, cancellation))
            return null;
        var kept = rows.Kept();
        for (var i = 0; i < kept.Length; i++)
        {
            if (i + 1 < kept.Length)
                snapshot.Generation.Vectors.Prefetch(kept[i + 1].Row);
            nearest.Offer(kept[i].Row, exact.Of(kept[i].Row));
        }

        var needed = nearest.Threshold;
        return new SearchOutcome(nearest.Take())
        {
            IsCertified = rows.LeftOut <= needed,
            Bound = rows.Trusted,
            Found = rows.Found,
            Scored = kept.Length + snapshot.RowCount - coded,
            Estimates = kept.ToDictionary(candidate => candidate.Row, candidate => candidate.Rank),
        };
    }
}
