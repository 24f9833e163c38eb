using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Scoring;

/// <summary>A query ready to score many single rows exactly, in double: what <see cref="ExactScorer.Exact"/> computes, for one query.</summary>
/// <remarks>Immutable and thread-safe. Eight sums, added up in one order on every machine: a row's score never depends on where it is computed.</remarks>
internal sealed class ExactQuery
{
    private readonly Metric _metric;
    private readonly double[] _query;
    private readonly double _length;

    /// <param name="metric">How rows are scored.</param>
    /// <param name="query"><c>[dimension]</c>, not empty.</param>
    public ExactQuery(Metric metric, ReadOnlySpan<float> query)
    {
        _metric = metric;
        _query = new double[query.Length];
        for (var i = 0; i < query.Length; i++)
            _query[i] = query[i];
        if (metric == Metric.Cosine)
            _length = Math.Sqrt(DotAndSquares(query).Squares);
    }

    /// <summary>The score of a row as the wire defines it; see <see cref="ExactScorer.Exact"/>.</summary>
    public double Score(ReadOnlySpan<float> row)
    {
        if (row.Length != _query.Length)
            throw new ArgumentException($"A row of dimension {row.Length} has no score against a query of {_query.Length}.");
        switch (_metric)
        {
            case Metric.DotProduct:
                return Dot(row);
            case Metric.Euclidean:
                return Distance(row);
            default:
                var (dot, squares) = DotAndSquares(row);
                return squares == 0 || _length == 0 ? 0 : Math.Clamp(dot / (Math.Sqrt(squares) * _length), -1, 1);
        }
    }

    private double Dot(ReadOnlySpan<float> row)
    {
        ref var r = ref MemoryMarshal.GetReference(row);
        ref var q = ref MemoryMarshal.GetArrayDataReference(_query);
        Vector512<double> sum0 = default, sum1 = default;
        nuint at = 0;
        for (; at + 16 <= (nuint)row.Length; at += 16)
        {
            sum0 += Widen(ref r, at) * Vector512.LoadUnsafe(ref q, at);
            sum1 += Widen(ref r, at + 8) * Vector512.LoadUnsafe(ref q, at + 8);
        }

        var sum = Vector512.Sum(sum0 + sum1);
        for (; at < (nuint)row.Length; at++)
            sum += Unsafe.Add(ref r, at) * Unsafe.Add(ref q, at);
        return sum;
    }

    private (double Dot, double Squares) DotAndSquares(ReadOnlySpan<float> row)
    {
        ref var r = ref MemoryMarshal.GetReference(row);
        ref var q = ref MemoryMarshal.GetArrayDataReference(_query);
        Vector512<double> sum0 = default, sum1 = default, squares0 = default, squares1 = default;
        nuint at = 0;
        for (; at + 16 <= (nuint)row.Length; at += 16)
        {
            var x0 = Widen(ref r, at);
            var x1 = Widen(ref r, at + 8);
            sum0 += x0 * Vector512.LoadUnsafe(ref q, at);
            sum1 += x1 * Vector512.LoadUnsafe(ref q, at + 8);
            squares0 += x0 * x0;
            squares1 += x1 * x1;
        }

        var (sum, squares) = (Vector512.Sum(sum0 + sum1), Vector512.Sum(squares0 + squares1));
        for (; at < (nuint)row.Length; at++)
        {
            double x = Unsafe.Add(ref r, at);
            sum += x * Unsafe.Add(ref q, at);
            squares += x * x;
        }

        return (sum, squares);
    }

    private double Distance(ReadOnlySpan<float> row)
    {
        ref var r = ref MemoryMarshal.GetReference(row);
        ref var q = ref MemoryMarshal.GetArrayDataReference(_query);
        Vector512<double> sum0 = default, sum1 = default;
        nuint at = 0;
        for (; at + 16 <= (nuint)row.Length; at += 16)
        {
            var x0 = Widen(ref r, at) - Vector512.LoadUnsafe(ref q, at);
            var x1 = Widen(ref r, at + 8) - Vector512.LoadUnsafe(ref q, at + 8);
            sum0 += x0 * x0;
            sum1 += x1 * x1;
        }

        var sum = Vector512.Sum(sum0 + sum1);
        for (; at < (nuint)row.Length; at++)
        {
            var x = Unsafe.Add(ref r, at) - Unsafe.Add(ref q, at);
            sum += x * x;
        }

        return sum;
    }

    /// <summary>Eight components from a place on, which must be within the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Widen(ref float row, nuint at)
    {
        var values = Vector256.LoadUnsafe(ref row, at);
        if (Avx512F.IsSupported)
            return Avx512F.ConvertToVector512Double(values);
        var (lower, upper) = (values.GetLower(), values.GetUpper());
        return Vector512.Create(
            Vector256.Create(Vector128.WidenLower(lower), Vector128.WidenUpper(lower)),
            Vector256.Create(Vector128.WidenLower(upper), Vector128.WidenUpper(upper)));
    }
}
