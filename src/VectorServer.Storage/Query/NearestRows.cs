using VectorServer.Storage.Codecs;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Query;

/// <summary>
/// The nearest rows, exactly scored: goes on, best first, until no row that is not scored can reach the last of them. Rows that look good
/// are scored as they come, so that the scan has less to offer; those that are kept out by their estimate alone wait with their bounds.
/// </summary>
internal sealed class NearestRows : SnapshotSink
{
    private const int WaitingMin = 1024; // before those are looked for that need not wait any more
    private const int RowsAhead = 12; // are asked of memory before they are scored: a row takes longer to come than to score
    private const int FarReadCost = 2; // a row read by itself against one of many read one after another
    private const int ScoreBytes = 1024; // are read one after another in the time that a row takes by itself, however short it is

    private readonly NamespaceSnapshot _snapshot;
    private readonly ExactRank _exact;
    private readonly TopK _nearest;
    private readonly long _bytesMax;
    private BoundedCandidate[] _waiting = [];
    private int _waitingCount;
    private int _waitingMax = WaitingMin;
    private long _bytes;

    /// <param name="snapshot">Where the rows are.</param>
    /// <param name="exact">Scores them.</param>
    /// <param name="nearest">Holds the best; other scans may have offered some already.</param>
    /// <param name="filtered">Rows that match; null where all do.</param>
    /// <param name="endRow">Rows from here on are another scan's.</param>
    /// <param name="sparse">What the query's sparse part adds; null without one.</param>
    public NearestRows(NamespaceSnapshot snapshot, ExactRank exact, TopK nearest, RowSet? filtered, int endRow, SparseScores? sparse)
        : base(snapshot, filtered, endRow, sparse)
    {
        (_snapshot, _exact, _nearest) = (snapshot, exact, nearest);
        _bytesMax = (long)snapshot.RowCount * snapshot.Generation.Vectors.RowBytes / 2; // half of an exact scan, which may follow
    }

    public override double Threshold => _nearest.Threshold;

    public override int Wanted => _nearest.Capacity;

    /// <summary>Rows scored exactly.</summary>
    public int Scored { get; private set; }

    /// <summary>Rows that their codes did not rule out.</summary>
    public int Found { get; private set; }

    /// <summary>The estimates of the rows scored, for an explanation; null keeps none.</summary>
    public Dictionary<int, double>? Estimates { get; init; }

    public override bool Spend(long bytes) => (_bytes += bytes) <= _bytesMax;

    public override bool Take(Span<BoundedCandidate> candidates)
    {
        Found += candidates.Length;
        var promising = 0;
        foreach (var candidate in candidates)
        {
            if (candidate.Upper < Threshold)
                continue;
            if (candidate.Estimate >= Threshold)
            {
                if (promising < RowsAhead)
                    _snapshot.Generation.Vectors.Prefetch(candidate.Row);
                candidates[promising++] = candidate; // into a place that was looked at already
            }
            else
            {
                Wait(candidate);
            }
        }

        candidates = candidates[..promising];
        if (promising > 1)
            candidates.Sort(static (left, right) => right.Estimate.CompareTo(left.Estimate));
        for (var i = 0; i < candidates.Length; i++)
        {
            if (i + RowsAhead < candidates.Length && candidates[i + RowsAhead].Estimate >= Threshold)
                _snapshot.Generation.Vectors.Prefetch(candidates[i + RowsAhead].Row);
            if (candidates[i].Estimate >= Threshold)
                Score(candidates[i]);
            else if (!(candidates[i].Upper < Threshold))
                Wait(candidates[i]);
        }

        return Spend(0);
    }

    /// <summary>Scores those that wait, best first, until none can be among the nearest.</summary>
    /// <returns>False where that costs more than scoring every row.</returns>
    public bool Settle()
    {
        Forget();
        var waiting = _waiting.AsSpan(0, _waitingCount);
        waiting.Sort(static (left, right) => right.Upper.CompareTo(left.Upper));
        for (var i = 0; i < Math.Min(RowsAhead, waiting.Length); i++)
            _snapshot.Generation.Vectors.Prefetch(waiting[i].Row);
        for (var i = 0; i < waiting.Length && !(waiting[i].Upper < Threshold); i++)
        {
            if (i + RowsAhead < waiting.Length)
                _snapshot.Generation.Vectors.Prefetch(waiting[i + RowsAhead].Row);
            Score(waiting[i]);
            if (!Spend(0))
                return false;
        }

        return true;
    }

    private void Score(in BoundedCandidate candidate)
    {
        Scored++;
        _bytes += ScoreBytes + FarReadCost * _snapshot.Generation.Vectors.RowBytes;
        Estimates?.TryAdd(candidate.Row, candidate.Estimate);
        _nearest.Offer(candidate.Row, _exact.Of(candidate.Row));
    }

    private void Wait(in BoundedCandidate candidate)
    {
        if (_waitingCount == _waitingMax)
        {
            Forget();
            _waitingMax = Math.Max(WaitingMin, 2 * _waitingCount);
        }

        if (_waitingCount == _waiting.Length)
            Array.Resize(ref _waiting, Math.Max(64, 2 * _waiting.Length));
        _waiting[_waitingCount++] = double.IsNaN(candidate.Upper) ? candidate with { Upper = double.PositiveInfinity } : candidate;
    }

    /// <summary>Lets go of those that cannot be among the nearest any more.</summary>
    private void Forget()
    {
        var left = 0;
        foreach (var waiting in _waiting.AsSpan(0, _waitingCount))
        {
            if (!(waiting.Upper < Threshold))
                _waiting[left++] = waiting;
        }

        _waitingCount = left;
    }
}
