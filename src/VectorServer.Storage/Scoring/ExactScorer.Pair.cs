using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Scoring;

internal static partial class ExactScorer
{
    /// <summary>The score of one row as the wire defines it, summed in double.</summary>
    /// <returns>
    /// Cosine, -1..1 and 0 where either vector is zero; inner product; or squared Euclidean distance, lower is nearer
    /// (<see cref="MetricRank.ToRank"/> turns it round).
    /// </returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Exact(Metric metric, ReadOnlySpan<float> row, ReadOnlySpan<float> query)
    {
        if (row.Length != query.Length)
            throw new ArgumentException($"A row of dimension {row.Length} has no score against a query of {query.Length}.");

        var sums = Vector128.IsHardwareAccelerated ? Pair256(row, query) : PairScalar(row, query);
        return metric switch
        {
            Metric.Cosine => sums.RowSquares == 0 || sums.QuerySquares == 0
                ? 0
                : Math.Clamp(sums.Dot / Math.Sqrt(sums.RowSquares * sums.QuerySquares), -1, 1), // a row with itself is 1 to the last bit
            Metric.DotProduct => sums.Dot,
            Metric.Euclidean => sums.Distance,
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, null),
        };
    }

    /// <summary>Four doubles at a time. All four sums cost no more than one: the row comes from memory.</summary>
    internal static PairSums Pair256(ReadOnlySpan<float> row, ReadOnlySpan<float> query)
    {
        Vector256<double> dot = default, rowSquares = default, querySquares = default, distance = default;
        var rows = MemoryMarshal.Cast<float, Vector128<float>>(row);
        var queries = MemoryMarshal.Cast<float, Vector128<float>>(query);
        for (var i = 0; i < rows.Length; i++)
        {
            var r = Widen(rows[i]);
            var q = Widen(queries[i]);
            dot += r * q;
            rowSquares += r * r;
            querySquares += q * q;
            distance += (r - q) * (r - q);
        }

        var tail = PairScalar(row[(rows.Length * 4)..], query[(rows.Length * 4)..]);
        return new PairSums(
            Vector256.Sum(dot) + tail.Dot,
            Vector256.Sum(rowSquares) + tail.RowSquares,
            Vector256.Sum(querySquares) + tail.QuerySquares,
            Vector256.Sum(distance) + tail.Distance);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Widen(Vector128<float> values) => Avx.IsSupported
        ? Avx.ConvertToVector256Double(values)
        : Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));

    /// <summary>The sums that the metrics are made of.</summary>
    internal readonly record struct PairSums(double Dot, double RowSquares, double QuerySquares, double Distance);
}
