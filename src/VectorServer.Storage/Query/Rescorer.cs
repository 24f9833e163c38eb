using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>Scores candidates exactly, in double precision from the raw vectors, and orders them.</summary>
internal static class Rescorer
{
    private const int RowsAhead = 2; // a row comes from memory in about the time in which two others are scored

    /// <param name="metric">The index's metric.</param>
    /// <param name="snapshot">The rows.</param>
    /// <param name="query">The query, with an id resolved.</param>
    /// <param name="candidates">What the scan kept.</param>
    /// <returns>At most topK matches, best first; ties by id.</returns>
    public static Match[] Rescore(
        Metric metric, NamespaceSnapshot snapshot, VectorQuery query, ReadOnlySpan<Candidate> candidates)
    {
        var nearest = new TopK(Math.Max(1, Math.Min(query.TopK, candidates.Length)), snapshot.Generation.Ids);
        var vectors = snapshot.Generation.Vectors;
        var exact = new ExactRank(metric, snapshot, query.Vector is { } dense ? dense.Span : default, query.Sparse);
        for (var i = 0; i < candidates.Length; i++)
        {
            var candidate = candidates[i];
            if (i + RowsAhead < candidates.Length)
                vectors.Prefetch(candidates[i + RowsAhead].Row);
            nearest.Offer(candidate.Row, exact.Of(candidate.Row));
        }

        return Matches(metric, nearest.Take());
    }

    /// <summary>The matches that candidates with exact ranks are.</summary>
    public static Match[] Matches(Metric metric, ReadOnlySpan<Candidate> best)
    {
        var matches = new Match[best.Length];
        for (var i = 0; i < matches.Length; i++)
            matches[i] = new Match(best[i].Row, metric.ToRank(best[i].Rank)); // its own inverse
        return matches;
    }
}
