using VectorServer.Storage.Codecs;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>What a query asks of the rows that a scan of a snapshot's codes finds.</summary>
/// <param name="snapshot">Where they are.</param>
/// <param name="filtered">Rows that match; null where all do.</param>
/// <param name="endRow">Rows from here on are another scan's.</param>
/// <param name="sparse">What the query's sparse part adds to each row below <paramref name="endRow"/>; null without one.</param>
internal abstract class SnapshotSink(NamespaceSnapshot snapshot, RowSet? filtered, int endRow, SparseScores? sparse) : CandidateSink
{
    private const int DeadShareMin = 10; // one row in so many

    // Asking costs as much as reading the lower bits of a row, so it is left out where nearly all rows count.
    public override bool IsSelective { get; } =
        filtered is not null || (long)(snapshot.RowCount - snapshot.LiveCount) * DeadShareMin > snapshot.RowCount;

    public override double ExtraMax => sparse?.Most ?? 0;

    /// <summary>What the estimates of the rows left out were trusted by; null while nothing was estimated.</summary>
    public ErrorBound? Trusted { get; private set; }

    public override bool Counts(int row) => row < endRow && snapshot.IsLive(row) && filtered?.Contains(new RowId(row)) != false;

    public override double Extra(int row) => sparse?[row] ?? 0;

    public override void TrustedBy(ErrorBound bound)
    {
        if (Trusted is not { } trusted || bound.Kappa < trusted.Kappa)
            Trusted = bound;
    }
}
