using VectorServer.Storage.Codecs;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>The rows with the best estimates, no more than the caller allows to be scored; and whether one left out may have been nearer.</summary>
/// <param name="snapshot">Where the rows are.</param>
/// <param name="capacity">How many are kept.</param>
/// <param name="filtered">Rows that match; null where all do.</param>
/// <param name="endRow">Rows from here on are another scan's.</param>
/// <param name="sparse">What the query's sparse part adds; null without one.</param>
internal sealed class CappedRows(NamespaceSnapshot snapshot, int capacity, RowSet? filtered, int endRow, SparseScores? sparse)
    : SnapshotSink(snapshot, filtered, endRow, sparse)
{
    private readonly TopK _best = new(capacity, snapshot.Generation.Ids);
    private readonly Dictionary<int, double> _uppers = []; // of the rows kept

    /// <summary>Whatever is kept is kept by estimate: a row whose bound is below the last one's has a lower estimate still.</summary>
    public override double Threshold => _best.Threshold;

    public override int Wanted => capacity;

    /// <summary>No row left out has a higher rank, as far as bounds hold.</summary>
    public double LeftOut { get; private set; } = double.NegativeInfinity;

    /// <summary>Rows that their codes did not rule out.</summary>
    public int Found { get; private set; }

    public override bool Spend(long bytes) => true;

    public override bool Take(Span<BoundedCandidate> candidates)
    {
        Found += candidates.Length;
        foreach (var candidate in candidates)
        {
            if (candidate.Estimate < _best.Threshold)
            {
                LeftOut = Math.Max(LeftOut, candidate.Upper);
                continue;
            }

            _uppers[candidate.Row] = candidate.Upper;
            _best.Offer(candidate.Row, candidate.Estimate);
        }

        return true;
    }

    /// <summary>The rows kept, best first.</summary>
    public Candidate[] Kept()
    {
        LeftOut = Math.Max(LeftOut, _best.Threshold); // rows that were never offered
        var kept = _best.Take();
        foreach (var candidate in kept)
            _uppers.Remove(candidate.Row);
        foreach (var upper in _uppers.Values)
            LeftOut = Math.Max(LeftOut, upper);
        return kept;
    }
}
