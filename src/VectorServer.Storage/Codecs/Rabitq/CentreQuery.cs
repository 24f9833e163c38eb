namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>
/// A query seen from a centre, and what a row of that centre must reach. The bound is that of <see cref="BoundTest"/>, with g the query
/// without the centre, so that it shrinks with the distance to the centre too.
/// </summary>
/// <param name="IsDistance">Ranks are negated squared distances; else products.</param>
/// <param name="Cost">The squared distance to the centre, or the negated product with it.</param>
/// <param name="QueryLength">The query's.</param>
/// <param name="CentreLength">The centre's.</param>
internal readonly record struct CentreQuery(bool IsDistance, float Cost, float QueryLength, float CentreLength)
{
    private const float Digits = RankLimit.Digits;

    private float RoundedLength => QueryLength + CentreLength;

    private float Length => IsDistance ? MathF.Sqrt(Cost) : QueryLength; // |g|

    /// <summary>A row's least squared distance is <c>Cost + SquareWeight * square - Weight * (product + width)</c>; so is its negated product.</summary>
    public float Weight => IsDistance ? 2 : 1;

    public float SquareWeight => IsDistance ? 1 - Digits : 0;

    /// <summary>A row of which that is more does not count.</summary>
    public float Limit { get; private init; }

    /// <summary>What of a row's error may be in its product.</summary>
    public float ErrorShare { get; private init; }

    /// <summary>Whether errors are bounded and so add up; else they are deviations.</summary>
    public bool AddsUp { get; private init; }

    private float Reach { get; init; }

    private float Kappa { get; init; }

    /// <summary>The same, told what is needed.</summary>
    /// <param name="scale">The query's.</param>
    /// <param name="threshold">The rank needed, in the metric's unit.</param>
    /// <param name="bound">How far estimates are trusted.</param>
    /// <param name="deviation">As <see cref="RabitqCodec.Deviation"/>.</param>
    public CentreQuery Needing(RankScale scale, double threshold, ErrorBound bound, float deviation)
    {
        var limit = RankLimit.Of(scale, IsDistance, threshold, RoundedLength, Cost);
        var share = bound.Share(deviation);
        return this with { Limit = limit.Most, Reach = limit.Reach, ErrorShare = share * Math.Min(limit.Reach, Length), AddsUp = share >= 1, Kappa = bound.Kappa };
    }

    /// <summary>How far the rounding of tables may put a product off.</summary>
    public float Rounding(float deviation, float most) => AddsUp ? most : Math.Min(most, Kappa * deviation);

    /// <summary>The rank, of the space, that a row has at most; see <see cref="RankLimit.HighestRank"/>.</summary>
    public double HighestRank(float least) => RankLimit.HighestRank(least, IsDistance, RoundedLength, Cost);

    /// <summary>Whether no row so far from the centre counts, by the triangle inequality.</summary>
    public bool IsTooFar(float longest) => IsDistance
        ? Length * (1 - Digits) - longest > Reach
        : Cost - QueryLength * longest * (1 + Digits) > Limit;
}
