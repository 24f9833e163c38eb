using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Tests.Scoring;

public class SideBySideTests
{
    private static readonly int[] RowCounts = [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100];

    private delegate void RowsMethod(ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores);

    [Fact]
    public void Rows_side_by_side_score_as_one_by_one_at_every_dimension_and_count()
    {
        for (var dimension = 1; dimension <= SideBySide.DimensionMax; dimension++)
        {
            foreach (var rowCount in RowCounts)
            {
                Agree(dimension, rowCount, ExactScorer.RowsScalar<CosineKernel>, SideBySide256<CosineKernel>.Rows, SideBySide512<CosineKernel>.Rows);
                Agree(dimension, rowCount, ExactScorer.RowsScalar<DotKernel>, SideBySide256<DotKernel>.Rows, SideBySide512<DotKernel>.Rows);
                Agree(dimension, rowCount, ExactScorer.RowsScalar<EuclideanKernel>, SideBySide256<EuclideanKernel>.Rows, SideBySide512<EuclideanKernel>.Rows);
            }
        }
    }

    [Fact]
    public void A_reach_side_by_side_is_never_below_one_by_one()
    {
        foreach (var dimension in new[] { 1, 2, 3, 5, 8, 13, 16, 31, 64 })
        {
            foreach (var rowCount in RowCounts)
                Compare(dimension, rowCount, ExactScorer.RowsScalar<DotReachKernel>, SideBySide256<DotReachKernel>.Rows, SideBySide512<DotReachKernel>.Rows, (expected, actual) =>
                    Assert.True(actual >= expected - 1e-5f, $"{dimension} dimensions, {rowCount} rows: {actual} < {expected}"));
        }
    }

    [Fact]
    public void Nothing_is_written_or_scored_beyond_the_rows()
    {
        for (var dimension = 1; dimension <= SideBySide.DimensionMax; dimension++)
        {
            var values = new float[40 * dimension];
            values.AsSpan(0, 33 * dimension).Fill(1);
            values.AsSpan(33 * dimension).Fill(float.NaN); // a row that is not asked for
            var query = new float[dimension];
            query.AsSpan().Fill(1);
            var scores = new float[40];

            ExactScorer.Rows(Metric.DotProduct, values.AsSpan(0, 33 * dimension), query, 1, scores.AsSpan(0, 33));

            Assert.All(scores[..33], score => Assert.Equal(dimension, score));
            Assert.All(scores[33..], score => Assert.Equal(0, score));
        }
    }

    private static void Agree(int dimension, int rowCount, RowsMethod scalar, RowsMethod half, RowsMethod full) =>
        Compare(dimension, rowCount, scalar, half, full, (expected, actual) => Assert.Equal(expected, actual, 1e-5f * dimension));

    private static void Compare(int dimension, int rowCount, RowsMethod scalar, RowsMethod half, RowsMethod full, Action<float, float> check)
    {
        var values = TestVectors.Gaussian(new Random(dimension), 1 + ((rowCount + 1) * dimension));
        var query = values.AsSpan(1, dimension); // off any alignment
        var rows = values.AsSpan(1 + dimension);
        var norm = ExactScorer.Norm(query);
        var expected = new float[rowCount];
        scalar(rows, query, norm, expected);
        foreach (var (method, isSupported) in new[] { (half, Avx2.IsSupported), (full, Avx512F.IsSupported) })
        {
            if (!isSupported)
                continue;
            var scores = new float[rowCount];
            method(rows, query, norm, scores);
            for (var i = 0; i < rowCount; i++)
                check(expected[i], scores[i]);
        }
    }
}
