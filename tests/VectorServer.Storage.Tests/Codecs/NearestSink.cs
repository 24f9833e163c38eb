using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Tests.Codecs;

/// <summary>Scores every row that a search of codes offers, and keeps the k nearest.</summary>
/// <param name="rows">The rows.</param>
/// <param name="query">What is asked.</param>
/// <param name="k">Rows wanted; the threshold is the rank of the k-th so far.</param>
/// <param name="endRow">Rows from here on do not count.</param>
internal sealed class NearestSink(CodedRows rows, float[] query, int k, int endRow = int.MaxValue) : CandidateSink
{
    private readonly PriorityQueue<int, double> _nearest = new();

    /// <summary>Every row offered with what was said of it; one offered twice fails the test.</summary>
    public Dictionary<int, BoundedCandidate> Offered { get; } = [];

    /// <summary>The weakest bound that estimates of rows left out were trusted by.</summary>
    public ErrorBound? Trusted { get; private set; }

    public override int Wanted => k;

    public override double Threshold => _nearest.Count == k && _nearest.TryPeek(out _, out var rank) ? rank : double.NegativeInfinity;

    public override bool IsSelective => endRow < int.MaxValue;

    public override double ExtraMax => 0;

    public override bool Counts(int row) => row < endRow;

    public override double Extra(int row) => 0;

    public override bool Take(Span<BoundedCandidate> candidates)
    {
        foreach (var candidate in candidates)
        {
            Assert.True(Counts(candidate.Row), $"row {candidate.Row} does not count");
            Assert.True(Offered.TryAdd(candidate.Row, candidate), $"row {candidate.Row} is offered twice");
            var rank = rows.Rank(candidate.Row, query);
            if (_nearest.Count < k)
                _nearest.Enqueue(candidate.Row, rank);
            else
                _nearest.EnqueueDequeue(candidate.Row, rank);
        }

        return true;
    }

    public override bool Spend(long bytes) => true;

    public override void TrustedBy(ErrorBound bound) => Trusted = bound;

    /// <summary>The ranks of the nearest rows offered, nearest first.</summary>
    public double[] Ranks() => [.. _nearest.UnorderedItems.Select(item => item.Priority).OrderDescending()];

    /// <summary>How many of the k nearest rows were ruled out, ties aside.</summary>
    public int Missed(double[] ranks)
    {
        var found = Ranks();
        var wanted = Math.Min(k, Math.Min(ranks.Length, endRow));
        return Enumerable.Range(0, wanted).Count(i => i >= found.Length || found[i] < ranks[i]);
    }
}
