using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs;

/// <summary>What a row's rank must be to count, in the unit of a <see cref="RowSpace"/>; float32's rounding is on the row's side.</summary>
/// <param name="Reach">A distance that counts; of products infinite.</param>
/// <param name="Most">The largest squared distance that counts, or the largest negated product.</param>
internal readonly record struct RankLimit(float Reach, float Most)
{
    /// <summary>float32's rounding of coordinates, transform and sums, as a share of lengths.</summary>
    public const float Digits = 2e-6f;

    /// <summary>What squares may lose where they come near float32's least numbers.</summary>
    public const float Tiny = 1e-37f;

    private const float TinyRoot = 1e-18f;
    private const float SmallWidth = 1e-15f; // squares of smaller ones lose digits

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
        var reach = Math.Sqrt(Math.Max(0, -needed)) * (1 + Digits) + Digits * length + TinyRoot;
        return new RankLimit(Narrow(reach), Narrow(reach * reach + Digits * square + Tiny));
    }

    /// <summary>The other way round: the highest rank, of the space, for which a row passes.</summary>
    /// <param name="least">The row's least squared distance, or negated product.</param>
    /// <param name="isDistance">As for <see cref="Of"/>, and so are the others.</param>
    /// <param name="length">Of the vectors whose rounding tells in a distance.</param>
    /// <param name="square">Of those whose rounding tells in its square.</param>
    public static double HighestRank(double least, bool isDistance, float length, float square)
    {
        if (!isDistance)
            return Digits * (1 + Math.Abs(least)) - least;
        var reach = Math.Sqrt(Math.Max(0, least - Digits * square - Tiny));
        var distance = Math.Max(0, (reach - Digits * length - TinyRoot) / (1 + Digits));
        return -(distance * distance);
    }

    /// <summary>The root of the sum of two squares, where those are too small for float32 too; then at most the root of 2 too much.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Hypotenuse(Vector512<float> a, Vector512<float> b) =>
        Vector512.MaxNative(Vector512.Sqrt(a * a + b * b), Vector512.MinNative(a + b, Vector512.Create(SmallWidth)));

    /// <inheritdoc cref="Hypotenuse(Vector512{float}, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Hypotenuse(Vector128<float> a, Vector128<float> b) =>
        Vector128.MaxNative(Vector128.Sqrt(a * a + b * b), Vector128.MinNative(a + b, Vector128.Create(SmallWidth)));

    private static float Narrow(double value) => (float)Math.Min(float.MaxValue, value);
}
