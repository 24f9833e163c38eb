using VectorServer.Storage.Ann;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Query;

/// <summary>Finds candidates through the approximate index, and by a scan of the rows that are not in it yet.</summary>
/// <remarks>
/// What the index found is scored exactly from the nearest on, until no other can reach the k-th score by what is known of its estimate's
/// error. Where what the index left out for want of effort could reach it, the index is asked again with twice the effort, until a scan
/// would be as cheap. So it is where the query turns out to need more effort than usual ones: it lies outside of what they lie in, or rows
/// that do not count lie around it.
/// </remarks>
internal static class IndexSearch
{
    /// <returns>Live, matching rows; null when there are fewer than the query wants and a scan would find more, or where a scan is cheaper.</returns>
    public static SearchOutcome? Find(
        IndexDescriptor index, NamespaceSnapshot snapshot, VectorQuery query, RowSet? filtered, int candidateRows, QueryTrace? trace, CancellationToken cancellation)
    {
        var approximate = snapshot.Nearest!;
        var indexed = Math.Min(approximate.Count, snapshot.RowCount); // read before the search: what is added meanwhile is scanned below
        var vector = query.Vector!.Value.Span;
        if (index.Metric == Metric.Cosine && vector.IndexOfAnyExcept(0) < 0)
            return null; // has no direction: all rows are as near
        var wanted = Math.Min(query.TopK, candidateRows);
        var search = new Search(index.Metric, snapshot, indexed, filtered);
        var estimates = trace is null ? null : new Dictionary<int, double>();
        var effort = QueryPlanner.IndexEffort(index, snapshot, query);
        var nearest = QueryPlanner.EffortOfCaller(index, snapshot, query) is null
            ? search.Held(vector, wanted, effort, approximate.Held, estimates, cancellation)
            : search.Once(vector, wanted, effort, estimates, out _);
        if (nearest is null)
            return null;
        trace?.Found(approximate.Kind, indexed, search.FoundRows);
        cancellation.ThrowIfCancellationRequested();
        if (indexed < snapshot.RowCount)
            CandidateScan.Exact(index.Metric, snapshot, vector, filtered, nearest, cancellation, indexed);
        var candidates = nearest.Take();
        if (candidates.Length < wanted)
            return null;
        return new SearchOutcome(candidates)
        {
            IsCertified = search.IsCertain,
            Bound = search.IsCertain ? ErrorBound.Deterministic : null,
            Found = search.FoundRows,
            Scored = search.ScoredRows + Math.Max(0, snapshot.RowCount - indexed),
            Estimates = estimates,
        };
    }

    /// <summary>A search of an index's rows in a snapshot.</summary>
    /// <param name="metric">The index's metric.</param>
    /// <param name="snapshot">What is searched.</param>
    /// <param name="indexed">Rows that the index answers for.</param>
    /// <param name="filtered">Rows that count; null for all.</param>
    internal sealed class Search(Metric metric, NamespaceSnapshot snapshot, int indexed, RowSet? filtered)
    {
        private readonly CandidateIndex _index = snapshot.Nearest!;

        // Where all rows count, none is asked whether it does.
        private readonly bool _acceptsAll = filtered is null && snapshot.LiveCount == snapshot.RowCount;

        public int FoundRows { get; private set; }

        public int ScoredRows { get; private set; }

        /// <summary>Whether bounds ruled out all rows that the last search left out.</summary>
        public bool IsCertain { get; private set; }

        /// <summary>The nearest rows, with more effort where the first was too little; null where a scan is cheaper.</summary>
        public TopK? Held(
            ReadOnlySpan<float> query, int wanted, int effort, HeldRecall? held, Dictionary<int, double>? estimates, CancellationToken cancellation)
        {
            var length = metric == Metric.DotProduct ? ExactScorer.Norm(query) : 1;
            while (true)
            {
                var nearest = Once(query, wanted, effort, estimates, out var seen);
                var needed = held is null ? 0 : EffortFor(held.For(seen.Best / length), wanted, effort, seen);
                if ((seen.IsSettled && needed <= effort) || effort >= indexed)
                    return nearest;
                cancellation.ThrowIfCancellationRequested();
                effort = seen.IsSettled ? needed : (int)Math.Max(needed, Math.Min(int.MaxValue / 2, effort * 2L));
                if (_index.ScannedRows(effort) > snapshot.RowCount)
                    return null;
            }
        }

        /// <summary>The effort that a query needs by what was seen of it: as if the vectors passed were wanted too.</summary>
        private static int EffortFor(HeldEffort measured, int wanted, int effort, in Seen seen)
        {
            if (measured.IsNone)
                return int.MaxValue;
            var needed = measured.Of((int)Math.Min(int.MaxValue, (long)wanted + seen.Passed));
            return needed <= seen.Walked ? 0 : effort + (needed - seen.Walked);
        }

        /// <summary>The nearest rows, with exact ranks.</summary>
        /// <param name="query">The vector.</param>
        /// <param name="wanted">How many.</param>
        /// <param name="effort">As the index takes it.</param>
        /// <param name="estimates">Gets the estimated ranks of the rows scored.</param>
        /// <param name="seen">Out: what that says of the query.</param>
        public TopK Once(ReadOnlySpan<float> query, int wanted, int effort, Dictionary<int, double>? estimates, out Seen seen)
        {
            const int rowsAhead = 2; // a row comes from memory in about the time in which two others are scored
            var found = _index.Search(query, new SearchAsk(effort, wanted, _acceptsAll ? null : Accepts));
            FoundRows += found.Rows.Length;
            IsCertain = found.IsCertain;
            var nearest = new TopK(wanted, snapshot.Generation.Ids);
            var vectors = snapshot.Generation.Vectors;
            var exact = new ExactRank(metric, snapshot, query);
            var offered = 0;
            var best = double.NegativeInfinity;
            for (var i = 0; i < found.Rows.Length; i++)
            {
                if (i + rowsAhead < found.Rows.Length && found.Rows[i + rowsAhead].Most >= nearest.Threshold)
                    vectors.Prefetch(found.Rows[i + rowsAhead].Row);
                if (found.Rows[i].Most < nearest.Threshold)
                    continue;
                var rank = exact.Of(found.Rows[i].Row);
                ScoredRows++;
                best = Math.Max(best, rank);
                for (var row = found.Rows[i].Row; row >= 0; row = _index.NextCopy(row))
                {
                    if (row >= indexed || (!_acceptsAll && !Accepts(row)))
                        continue;
                    offered++;
                    if (estimates is not null)
                        estimates[row] = found.Rows[i].Rank;
                    if (!(rank < nearest.Threshold))
                        nearest.Offer(row, rank);
                }
            }

            var isSettled = offered >= wanted ? found.Beyond < nearest.Threshold : double.IsNegativeInfinity(found.Beyond);
            seen = new Seen(isSettled, best, found.Passed, found.Walked);
            return nearest;
        }

        private bool Accepts(int row) => row < indexed && snapshot.IsLive(row) && filtered?.Contains(new RowId(row)) != false;
    }

    /// <summary>What a search with some effort says of its query.</summary>
    /// <param name="IsSettled">What was left out for want of effort cannot be as near as what was found.</param>
    /// <param name="Best">The exact rank of the nearest row.</param>
    /// <param name="Passed">As <see cref="FoundRows.Passed"/>.</param>
    /// <param name="Walked">As <see cref="FoundRows.Walked"/>.</param>
    internal readonly record struct Seen(bool IsSettled, double Best, int Passed, int Walked);
}
