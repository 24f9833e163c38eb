using System.Runtime.Intrinsics;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Tests.Scoring;

public class ExactScorerTests
{
    public static TheoryData<Metric> Metrics => [Metric.Cosine, Metric.DotProduct, Metric.Euclidean];

    private delegate void RowsMethod(ReadOnlySpan<float> rows, ReadOnlySpan<float> query, float queryNorm, Span<float> scores);

    [Fact]
    public void Every_width_agrees_with_scalar_at_every_dimension()
    {
        for (var dimension = 8; dimension <= 257; dimension++)
            AllWidthsAgree(dimension);
        foreach (var dimension in new[] { 384, 511, 768, 1536, 20000 })
            AllWidthsAgree(dimension);
    }

    private static void AllWidthsAgree(int dimension)
    {
        // Relative to the sum of absolute terms: 1 for a cosine, otherwise once or twice the dimension.
        WidthsAgree(dimension, 1e-5f,
            ExactScorer.RowsScalar<CosineKernel>, ExactScorer.Rows256<CosineKernel>, ExactScorer.Rows512<CosineKernel>);
        WidthsAgree(dimension, 1e-5f * dimension,
            ExactScorer.RowsScalar<DotKernel>, ExactScorer.Rows256<DotKernel>, ExactScorer.Rows512<DotKernel>);
        WidthsAgree(dimension, 1e-5f * dimension,
            ExactScorer.RowsScalar<EuclideanKernel>, ExactScorer.Rows256<EuclideanKernel>, ExactScorer.Rows512<EuclideanKernel>);
    }

    private static void WidthsAgree(int dimension, float tolerance, RowsMethod scalar, RowsMethod half, RowsMethod full)
    {
        const int rowCount = 3;
        var random = new Random(dimension);
        var values = TestVectors.Gaussian(random, 1 + (rowCount + 1) * dimension);
        var query = values.AsSpan(1, dimension); // off any alignment
        var rows = values.AsSpan(1 + dimension);
        var norm = ExactScorer.Norm(query);
        var expected = new float[rowCount];
        var scores = new float[rowCount];

        scalar(rows, query, norm, expected);
        half(rows, query, norm, scores);
        AssertClose(expected, scores, tolerance);

        if (dimension < Vector512<float>.Count)
            return;
        full(rows, query, norm, scores);
        AssertClose(expected, scores, tolerance);
    }

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Rows_rank_as_the_exact_score_of_each_row(Metric metric)
    {
        for (var dimension = 0; dimension <= 257; dimension++)
        {
            var random = new Random(dimension);
            var query = TestVectors.Gaussian(random, dimension);
            var rows = TestVectors.Gaussian(random, 5 * dimension);
            var scores = new float[5];

            ExactScorer.Rows(metric, rows, query, ExactScorer.Norm(query), scores);

            for (var i = 0; i < scores.Length; i++)
            {
                var exact = metric.ToRank(ExactScorer.Exact(metric, rows.AsSpan(i * dimension, dimension), query));
                Assert.Equal(exact, scores[i], 1e-6 * (1 + dimension));
            }
        }
    }

    [Fact]
    public void Pair_sums_of_both_widths_agree_at_every_length()
    {
        for (var length = 0; length <= 257; length++)
        {
            var values = TestVectors.Gaussian(new Random(length), 1 + 2 * length);
            var row = values.AsSpan(1, length);
            var query = values.AsSpan(1 + length);

            var expected = ExactScorer.PairScalar(row, query);
            var actual = ExactScorer.Pair256(row, query);

            Assert.Equal(expected.Dot, actual.Dot, 1e-11);
            Assert.Equal(expected.RowSquares, actual.RowSquares, 1e-11);
            Assert.Equal(expected.QuerySquares, actual.QuerySquares, 1e-11);
            Assert.Equal(expected.Distance, actual.Distance, 1e-11);
        }
    }

    [Fact]
    public void Scores_are_those_of_the_wire()
    {
        float[] row = [3, 4];
        float[] query = [1, 0];

        Assert.Equal(0.6, ExactScorer.Exact(Metric.Cosine, row, query), 1e-12);
        Assert.Equal(3, ExactScorer.Exact(Metric.DotProduct, row, query));
        Assert.Equal(20, ExactScorer.Exact(Metric.Euclidean, row, query));
        Assert.Equal(-20, Metric.Euclidean.ToRank(20));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(384)]
    public void A_zero_vector_has_cosine_zero_with_everything(int dimension)
    {
        var zero = new float[dimension];
        zero[0] = -0f;
        var other = TestVectors.Gaussian(new Random(1), dimension);
        var scores = new float[] { 7 };

        ExactScorer.Rows(Metric.Cosine, zero, other, ExactScorer.Norm(other), scores);
        Assert.Equal(0, scores[0]);

        scores[0] = 7;
        ExactScorer.Rows(Metric.Cosine, other, zero, ExactScorer.Norm(zero), scores);
        Assert.Equal(0, scores[0]);
        Assert.Equal(0, ExactScorer.Exact(Metric.Cosine, zero, other));
    }

    [Theory]
    [InlineData(1e30f, 1f)]
    [InlineData(1e-30f, 1f)]
    [InlineData(1f, 1e30f)]
    [InlineData(1f, 1e-30f)]
    [InlineData(1e25f, 1e25f)]
    [InlineData(1e-25f, 1e-25f)]
    public void Cosine_does_not_depend_on_lengths_that_overflow_or_underflow_when_squared(float rowScale, float queryScale)
    {
        var random = new Random(1);
        var row = TestVectors.Gaussian(random, 100);
        var query = TestVectors.Gaussian(random, 100);
        var expected = ExactScorer.Exact(Metric.Cosine, row, query);
        var scores = new float[1];

        var scaledRow = Array.ConvertAll(row, value => value * rowScale);
        var scaledQuery = Array.ConvertAll(query, value => value * queryScale);
        ExactScorer.Rows(Metric.Cosine, scaledRow, scaledQuery, ExactScorer.Norm(scaledQuery), scores);

        Assert.Equal(expected, scores[0], 1e-5);
    }

    [Fact]
    public void Cosine_of_a_vector_with_itself_never_exceeds_one()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var vector = TestVectors.Gaussian(new Random(seed), 384);

            Assert.InRange(ExactScorer.Exact(Metric.Cosine, vector, vector), 0.999999999, 1);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(17)]
    [InlineData(70)]
    public void A_value_that_is_no_number_spoils_its_own_row_only(int dimension)
    {
        foreach (var metric in Enum.GetValues<Metric>())
        {
            for (var at = 0; at < dimension; at++)
            {
                var query = TestVectors.Gaussian(new Random(at), dimension);
                var rows = TestVectors.Gaussian(new Random(at + 1), 3 * dimension);
                rows[dimension + at] = float.NaN;
                var scores = new float[3];

                ExactScorer.Rows(metric, rows, query, ExactScorer.Norm(query), scores);

                Assert.True(float.IsFinite(scores[0]));
                Assert.True(float.IsNaN(scores[1]));
                Assert.True(float.IsFinite(scores[2]));
            }
        }
    }

    [Fact]
    public void An_infinite_component_is_infinitely_far_or_near()
    {
        var query = TestVectors.Gaussian(new Random(1), 40);
        query[39] = 1;
        var row = TestVectors.Gaussian(new Random(2), 40);
        row[39] = float.PositiveInfinity;
        var scores = new float[1];

        ExactScorer.Rows(Metric.Euclidean, row, query, 1, scores);
        Assert.Equal(float.NegativeInfinity, scores[0]);
        ExactScorer.Rows(Metric.DotProduct, row, query, 1, scores);
        Assert.Equal(float.PositiveInfinity, scores[0]);
    }

    [Fact]
    public void Lengths_that_disagree_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ExactScorer.Rows(Metric.Cosine, new float[7], new float[2], 1, new float[4]));
        Assert.Throws<ArgumentException>(() => ExactScorer.Exact(Metric.Cosine, new float[7], new float[6]));
    }
}
