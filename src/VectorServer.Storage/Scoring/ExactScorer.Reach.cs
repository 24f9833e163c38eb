using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Scoring;

internal static partial class ExactScorer
{
    /// <summary>More than what sums lose to float32's smallest numbers, 2^-148 a component, up to three million of them.</summary>
    internal const float Underflow = 1e-38f;

    /// <summary>Scores rows that lie one after another, as high as float32 allows: no row's exact rank is above its reach.</summary>
    /// <param name="metric">What <see cref="Exact"/> scores by.</param>
    /// <param name="rows">Row-major float32, <c>[reaches.Length x query.Length]</c>; only read.</param>
    /// <param name="query"><c>[dimension]</c>.</param>
    /// <param name="queryNorm">From <see cref="Norm"/>.</param>
    /// <param name="reaches">Out: one per row; infinite where float32 cannot tell. Must not overlap the inputs.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <remarks>
    /// The error of a sum is at most <see cref="ErrorShare"/> of the sum of its absolute terms (Higham, Accuracy and Stability of Numerical
    /// Algorithms, 2002, chapters 3 and 4). For a distance that is a share of the distance itself, whose differences are taken first; for a
    /// dot product a share of the product of both lengths; for a cosine the share itself, and as much again for the lengths.
    /// </remarks>
    public static void Reach(Metric metric, ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> reaches)
    {
        if (rows.Length != (long)reaches.Length * query.Length)
            throw new ArgumentException($"{reaches.Length} rows of dimension {query.Length} are not {rows.Length} floats.");

        var share = ErrorShare(query.Length);
        switch (metric)
        {
            case Metric.Cosine:
                Rows<CosineKernel>(rows, query, queryNorm, reaches);
                Raise(reaches, 1, 2 * share);
                break;
            case Metric.DotProduct:
                Rows<DotReachKernel>(rows, query, float.BitIncrement(float.BitIncrement(queryNorm) * share), reaches);
                Raise(reaches, 1, Underflow);
                break;
            case Metric.Euclidean:
                Rows<EuclideanKernel>(rows, query, queryNorm, reaches);
                Raise(reaches, 1 - share, Underflow);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(metric), metric, null);
        }
    }

    /// <summary>How much of the sum of absolute terms the kernels' rounding may cost.</summary>
    /// <remarks>
    /// Half a unit in the last place for each step that a term goes through. These are one for each turn of the loop, of which 256-bit
    /// registers take most, at most 21 to add up what accumulators hold, and three to make the term; the rest is for what is made of the sum.
    /// </remarks>
    internal static float ErrorShare(int dimension)
    {
        const float halfUnit = 1f / (1 << 24);
        var turns = Vector128.IsHardwareAccelerated ? dimension / 32 : dimension;
        return (turns + 32) * halfUnit;
    }

    /// <summary>Makes reaches of scores; what is not finite reaches everything.</summary>
    private static void Raise(Span<float> scores, float factor, float summand)
    {
        var i = 0;
        for (; scores.Length - i >= Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var raised = (Vector256.Create<float>(scores.Slice(i, Vector256<float>.Count)) * factor) + Vector256.Create(summand);
            var isFinite = Vector256.LessThanOrEqual(Vector256.Abs(raised), Vector256.Create(float.MaxValue));
            Vector256.ConditionalSelect(isFinite, raised, Vector256.Create(float.PositiveInfinity)).CopyTo(scores[i..]);
        }

        for (; i < scores.Length; i++)
        {
            var raised = (scores[i] * factor) + summand;
            scores[i] = float.IsFinite(raised) ? raised : float.PositiveInfinity;
        }
    }
}
