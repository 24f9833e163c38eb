namespace VectorServer.Storage.Scoring;

internal static partial class ExactScorer
{
    /// <summary>The definition of <see cref="Rows"/> before repair.</summary>
    internal static void RowsScalar<TKernel>(ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores)
        where TKernel : struct, IRowKernel
    {
        for (var i = 0; i < scores.Length; i++)
        {
            var row = rows.Slice(i * query.Length, query.Length);
            float sum = 0;
            float squares = 0;
            for (var k = 0; k < row.Length; k++)
            {
                sum = TKernel.Add(row[k], query[k], sum);
                squares += row[k] * row[k];
            }

            scores[i] = TKernel.Finish(sum, squares, queryNorm);
        }
    }

    /// <summary>The definition of the sums in <see cref="Exact"/>.</summary>
    internal static PairSums PairScalar(ReadOnlySpan<float> row, ReadOnlySpan<float> query)
    {
        double dot = 0, rowSquares = 0, querySquares = 0, distance = 0;
        for (var k = 0; k < row.Length; k++)
        {
            double r = row[k], q = query[k];
            dot += r * q;
            rowSquares += r * r;
            querySquares += q * q;
            distance += (r - q) * (r - q);
        }

        return new PairSums(dot, rowSquares, querySquares, distance);
    }
}
