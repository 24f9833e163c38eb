using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Scoring;

/// <summary>Scores raw float32 rows against a query: the scan in float32, and the score of one pair in double.</summary>
internal static partial class ExactScorer
{
    /// <summary>Squared lengths below this have lost bits to float32's smallest numbers.</summary>
    internal const float SmallestSquares = 1e-30f;

    private const int SideBySideRows = 8; // fewer are scored one by one before they are laid out

    /// <summary>The query's length, which <see cref="Rows"/> wants with it; computed once per query.</summary>
    public static float Norm(ReadOnlySpan<float> query) => (float)Math.Sqrt(Exact(Metric.DotProduct, query, query));

    /// <summary>Scores rows that lie one after another.</summary>
    /// <param name="metric">Cosine and dot product score as on the wire; Euclidean scores the negated squared distance.</param>
    /// <param name="rows">Row-major float32, <c>[scores.Length x query.Length]</c>; only read.</param>
    /// <param name="query"><c>[dimension]</c>.</param>
    /// <param name="queryNorm">From <see cref="Norm"/>; used by cosine only.</param>
    /// <param name="scores">Out: one per row, higher is nearer; 0 for the cosine of a zero vector. Must not overlap the inputs.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <remarks>
    /// Summation order differs per width; all agree to 1e-5 of the sum of absolute terms. A score that float32 cannot hold on the way is
    /// computed in double, so only inputs that are not finite give NaN.
    /// </remarks>
    public static void Rows(Metric metric, ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores)
    {
        if (rows.Length != (long)scores.Length * query.Length)
            throw new ArgumentException($"{scores.Length} rows of dimension {query.Length} are not {rows.Length} floats.");

        switch (metric)
        {
            case Metric.Cosine:
                Rows<CosineKernel>(rows, query, queryNorm, scores);
                break;
            case Metric.DotProduct:
                Rows<DotKernel>(rows, query, queryNorm, scores);
                break;
            case Metric.Euclidean:
                Rows<EuclideanKernel>(rows, query, queryNorm, scores);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(metric), metric, null);
        }

        RepairScores(metric, rows, query, scores);
    }

    private static void Rows<TKernel>(ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores)
        where TKernel : struct, IRowKernel
    {
        // Without 256-bit registers the portable Vector256 is a pair of 128-bit ones, still five times as fast as scalar.
        if (query.Length is > 0 and <= SideBySide.DimensionMax && scores.Length >= SideBySideRows && Avx2.IsSupported)
        {
            if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
                SideBySide512<TKernel>.Rows(rows, query, queryNorm, scores);
            else
                SideBySide256<TKernel>.Rows(rows, query, queryNorm, scores);
        }
        else if (Vector512.IsHardwareAccelerated && query.Length >= Vector512<float>.Count)
            Rows512<TKernel>(rows, query, queryNorm, scores);
        else if (Vector128.IsHardwareAccelerated && query.Length >= Vector256<float>.Count)
            Rows256<TKernel>(rows, query, queryNorm, scores);
        else
            RowsScalar<TKernel>(rows, query, queryNorm, scores);
    }

    /// <summary>Computes again, in double, what did not come out finite.</summary>
    private static void RepairScores(Metric metric, ReadOnlySpan<float> rows, ReadOnlySpan<float> query, Span<float> scores)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            if (!float.IsFinite(scores[i]))
                scores[i] = (float)metric.ToRank(Exact(metric, rows.Slice(i * query.Length, query.Length), query));
        }
    }

    /// <summary>Four accumulators hide the latency of the multiply-add. Requires 16 components at least.</summary>
    internal static void Rows512<TKernel>(ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores)
        where TKernel : struct, IRowKernel
    {
        var dimension = (nuint)query.Length;
        var whole = dimension & ~15u;
        // The last vector ends with the row and repeats components already added, which the mask blanks out.
        var tail = Vector512.GreaterThanOrEqual(Vector512<int>.Indices, Vector512.Create((int)(16 - (dimension - whole)))).AsSingle();

        // The entry has checked that rows holds dimension floats for each score, and every load below ends within its row.
        ref var row = ref MemoryMarshal.GetReference(rows);
        ref var q = ref MemoryMarshal.GetReference(query);
        for (var i = 0; i < scores.Length; i++, row = ref Unsafe.Add(ref row, dimension))
        {
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            Vector512<float> squares0 = default, squares1 = default, squares2 = default, squares3 = default;
            nuint at = 0;
            for (; at + 64 <= dimension; at += 64)
            {
                Add<TKernel>(Vector512.LoadUnsafe(ref row, at), Vector512.LoadUnsafe(ref q, at), ref sum0, ref squares0);
                Add<TKernel>(Vector512.LoadUnsafe(ref row, at + 16), Vector512.LoadUnsafe(ref q, at + 16), ref sum1, ref squares1);
                Add<TKernel>(Vector512.LoadUnsafe(ref row, at + 32), Vector512.LoadUnsafe(ref q, at + 32), ref sum2, ref squares2);
                Add<TKernel>(Vector512.LoadUnsafe(ref row, at + 48), Vector512.LoadUnsafe(ref q, at + 48), ref sum3, ref squares3);
            }

            for (; at < whole; at += 16)
                Add<TKernel>(Vector512.LoadUnsafe(ref row, at), Vector512.LoadUnsafe(ref q, at), ref sum0, ref squares0);
            if (whole != dimension)
            {
                at = dimension - 16;
                Add<TKernel>(Vector512.LoadUnsafe(ref row, at) & tail, Vector512.LoadUnsafe(ref q, at) & tail, ref sum1, ref squares1);
            }

            scores[i] = TKernel.Finish(
                Vector512.Sum(sum0 + sum1 + (sum2 + sum3)),
                TKernel.NeedsSquares ? Vector512.Sum(squares0 + squares1 + (squares2 + squares3)) : 0,
                queryNorm);
        }
    }

    /// <summary>As <see cref="Rows512"/>, half as wide. Requires 8 components at least.</summary>
    internal static void Rows256<TKernel>(ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores)
        where TKernel : struct, IRowKernel
    {
        var dimension = (nuint)query.Length;
        var whole = dimension & ~7u;
        var tail = Vector256.GreaterThanOrEqual(Vector256<int>.Indices, Vector256.Create((int)(8 - (dimension - whole)))).AsSingle();

        // As in Rows512: lengths are checked, every load ends within its row.
        ref var row = ref MemoryMarshal.GetReference(rows);
        ref var q = ref MemoryMarshal.GetReference(query);
        for (var i = 0; i < scores.Length; i++, row = ref Unsafe.Add(ref row, dimension))
        {
            Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            Vector256<float> squares0 = default, squares1 = default, squares2 = default, squares3 = default;
            nuint at = 0;
            for (; at + 32 <= dimension; at += 32)
            {
                Add<TKernel>(Vector256.LoadUnsafe(ref row, at), Vector256.LoadUnsafe(ref q, at), ref sum0, ref squares0);
                Add<TKernel>(Vector256.LoadUnsafe(ref row, at + 8), Vector256.LoadUnsafe(ref q, at + 8), ref sum1, ref squares1);
                Add<TKernel>(Vector256.LoadUnsafe(ref row, at + 16), Vector256.LoadUnsafe(ref q, at + 16), ref sum2, ref squares2);
                Add<TKernel>(Vector256.LoadUnsafe(ref row, at + 24), Vector256.LoadUnsafe(ref q, at + 24), ref sum3, ref squares3);
            }

            for (; at < whole; at += 8)
                Add<TKernel>(Vector256.LoadUnsafe(ref row, at), Vector256.LoadUnsafe(ref q, at), ref sum0, ref squares0);
            if (whole != dimension)
            {
                at = dimension - 8;
                Add<TKernel>(Vector256.LoadUnsafe(ref row, at) & tail, Vector256.LoadUnsafe(ref q, at) & tail, ref sum1, ref squares1);
            }

            scores[i] = TKernel.Finish(
                Vector256.Sum(sum0 + sum1 + (sum2 + sum3)),
                TKernel.NeedsSquares ? Vector256.Sum(squares0 + squares1 + (squares2 + squares3)) : 0,
                queryNorm);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TKernel>(Vector512<float> row, Vector512<float> query, ref Vector512<float> sum, ref Vector512<float> squares)
        where TKernel : struct, IRowKernel
    {
        sum = TKernel.Add(row, query, sum);
        if (TKernel.NeedsSquares)
            squares = Vector512.FusedMultiplyAdd(row, row, squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TKernel>(Vector256<float> row, Vector256<float> query, ref Vector256<float> sum, ref Vector256<float> squares)
        where TKernel : struct, IRowKernel
    {
        sum = TKernel.Add(row, query, sum);
        if (TKernel.NeedsSquares)
            squares = Vector256.MultiplyAddEstimate(row, row, squares);
    }
}
