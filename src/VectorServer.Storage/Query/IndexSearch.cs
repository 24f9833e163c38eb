using VectorServer.Storage.Ann;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Query;

/// <summary>Finds candidates through the approximate index, and by a scan of the rows that are not in it yet.</summary>
internal static class IndexSearch
{
    // What an index finds it ranks by bytes, well enough that the true matches are among the first few times topK. Codes of two bits
    // rank as those of a scan do: all that a query has as candidates are rescored.
    private const int RescoredPerMatch = 4;
    private const int RescoredMin = 40;

    /// <summary>How many of the live rows that an index finds are ranked exactly.</summary>
    public static int RescoredRows(IndexKind kind, int topK, int candidateCount) =>
        kind == IndexKind.IvfPq ? candidateCount : (int)Math.Min(int.MaxValue, Math.Max(RescoredMin, (long)RescoredPerMatch * topK));

    /// <returns>Live, matching rows; null when there are fewer than the query wants and a scan would find more.</returns>
    public static Candidate[]? Find(
        IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query, RowSet? filtered, int candidateRows, QueryTrace? trace, CancellationToken cancellation)
    {
        var approximate = snapshot.Nearest!;
        var indexed = Math.Min(approximate.Count, snapshot.RowCount); // read before the search: what is added meanwhile is scanned below
        var vector = query.Vector!.Value.Span;
        var rescored = Math.Min(candidateRows, RescoredRows(approximate.Kind, query.TopK, QueryPlanner.CandidateCount(query, isOfIndex: true)));

        var candidates = new List<Candidate>(2 * rescored);
        var found = approximate.Search(vector, QueryPlanner.IndexEffort(index, snapshot, query, candidateRows), index.Search.IvfProbes);
        trace?.Found(approximate.Kind, indexed, found.Length);
        foreach (var candidate in found)
        {
            if (candidate.Row >= indexed || !snapshot.IsLive(candidate.Row) || filtered?.Contains(new RowId(candidate.Row)) == false)
                continue;
            candidates.Add(candidate);
            if (candidates.Count == rescored)
                break;
        }

        cancellation.ThrowIfCancellationRequested();
        if (indexed < snapshot.RowCount)
        {
            var tail = new TopK(rescored, snapshot.Generation.Ids);
            CandidateScan.Exact(index.Metric, snapshot, vector, filtered, tail, cancellation, indexed);
            candidates.AddRange(tail.Take());
        }

        return candidates.Count < Math.Min(query.TopK, candidateRows) ? null : [.. candidates];
    }
}
