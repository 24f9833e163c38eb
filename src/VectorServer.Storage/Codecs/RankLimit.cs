namespace VectorServer.Storage.Codecs;

/// <summary>What a row's rank must be to count, in the unit of a <see cref="RowSpace"/>; float32's rounding is on the row's side.</summary>
/// <param name="Reach">A distance that counts; of products infinite.</param>
/// <param name="Most">The largest squared distance that counts, or the largest negated product.</param>
internal readonly record struct RankLimit(float Reach, float Most)
{
    /// <summary>float32's rounding of coordinates, transform and sums, as a share of lengths.</summary>
    public const float Digits = 2e-6f;

    /// <param name="scale">The query's.</param>
    /// <param name="isDistance">Ranks are negated squared distances; else products.</param>
    /// <param name="threshold">The rank needed, in the metric's unit; negative infinity where every row counts.</param>
    /// <param name="length">Of the vectors whose rounding tells in a distance.</param>
    /// <param name="square">Of those whose rounding tells in its square.</param>
    public static RankLimit Of(RankScale scale, bool isDistance, double threshold, float length, float square)
    {
        var needed = double.IsNegativeInfinity(threshold) ? threshold : scale.FromMetric(threshold) - Math.Abs(threshold) * 1e-15 / scale.Factor;
        if (!isDistance)
            return new RankLimit(float.PositiveInfinity, Narrow(-needed + Digits * (1 + Math.Abs(needed))));
        var reach = Math.Sqrt(Math.Max(0, -needed)) * (1 + Digits) + Digits * length;
        return new RankLimit(Narrow(reach), Narrow(reach * reach + Digits * square));
    }

    private static float Narrow(double value) => (float)Math.Min(float.MaxValue, value);
}
