namespace VectorServer.Storage.Codecs;

/// <summary>A row that may be among the nearest, by its code.</summary>
/// <param name="Row">The row.</param>
/// <param name="Estimate">What its rank probably is, in the metric's unit; higher is nearer.</param>
/// <param name="Upper">What its rank is at most, as far as the bound holds.</param>
internal readonly record struct BoundedCandidate(int Row, double Estimate, double Upper);

/// <summary>
/// Takes the rows that a scan of codes cannot rule out, scores the promising ones exactly, and so knows how near a row must be to
/// be still of interest.
/// </summary>
internal abstract class CandidateSink
{
    /// <summary>The least rank that may still be among the nearest; negative infinity while too few are known.</summary>
    public abstract double Threshold { get; }

    /// <summary>How many of the nearest are asked for.</summary>
    public abstract int Wanted { get; }

    /// <summary>Whether many rows do not count, so that it is worth asking before more is read of them.</summary>
    public abstract bool IsSelective { get; }

    /// <summary>The most that <see cref="Extra"/> gives, at least 0.</summary>
    public abstract double ExtraMax { get; }

    /// <summary>Whether a row counts: live, matching and no other scan's.</summary>
    public abstract bool Counts(int row);

    /// <summary>What is to be added to a row's rank before it is compared; 0 but for hybrid queries.</summary>
    public abstract double Extra(int row);

    /// <summary>Takes rows that count, <see cref="Extra"/> included, in any order; they may be reordered.</summary>
    /// <returns>False where going on costs more than scoring every row: the scan ends.</returns>
    public abstract bool Take(Span<BoundedCandidate> candidates);

    /// <summary>Tells of bytes that a scan has read here and there.</summary>
    /// <returns>As for <see cref="Take"/>.</returns>
    public abstract bool Spend(long bytes);

    /// <summary>Tells what the estimates of the rows left out were trusted by; the weakest counts.</summary>
    public abstract void TrustedBy(ErrorBound bound);
}
