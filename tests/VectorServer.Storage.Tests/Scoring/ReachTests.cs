using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Tests.Scoring;

public class ReachTests
{
    public static TheoryData<Metric> Metrics => [Metric.Cosine, Metric.DotProduct, Metric.Euclidean];

    [Theory]
    [MemberData(nameof(Metrics))]
    public void No_exact_rank_is_above_its_reach(Metric metric)
    {
        const int RowCount = 37;
        for (var dimension = 1; dimension <= 130; dimension++)
        {
            foreach (var (rowScale, queryScale) in new[] { (1f, 1f), (1e30f, 1e30f), (1e-30f, 1e-30f), (1e-42f, 1e37f), (1e37f, 1e-44f), (1e-20f, 1e-20f), (0f, 1f) })
            {
                var random = new Random(dimension);
                var rows = Array.ConvertAll(TestVectors.Gaussian(random, RowCount * dimension), value => value * rowScale);
                var query = Array.ConvertAll(TestVectors.Gaussian(random, dimension), value => value * queryScale);
                rows.AsSpan(0, dimension).CopyTo(query); // at distance 0
                var reaches = new float[RowCount];

                ExactScorer.Reach(metric, rows, query, ExactScorer.Norm(query), reaches);

                for (var i = 0; i < RowCount; i++)
                {
                    var rank = metric.ToRank(ExactScorer.Exact(metric, rows.AsSpan(i * dimension, dimension), query));
                    Assert.True(reaches[i] >= rank, $"{metric}, {dimension} dimensions, row {i} of {rowScale} by {queryScale}: {reaches[i]:R} < {rank:R}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_reach_is_near_the_rank(Metric metric)
    {
        foreach (var dimension in new[] { 1, 2, 3, 8, 16, 31, 384, 1536, 20_000 })
        {
            var random = new Random(dimension);
            var rows = TestVectors.Gaussian(random, 20 * dimension);
            var query = TestVectors.Gaussian(random, dimension);
            var reaches = new float[20];

            ExactScorer.Reach(metric, rows, query, ExactScorer.Norm(query), reaches);

            var longest = Enumerable.Range(0, reaches.Length).Max(i => ExactScorer.Norm(rows.AsSpan(i * dimension, dimension)));
            for (var i = 0; i < reaches.Length; i++)
            {
                var row = rows.AsSpan(i * dimension, dimension);
                var rank = metric.ToRank(ExactScorer.Exact(metric, row, query));
                var terms = metric switch
                {
                    Metric.Cosine => 1,
                    Metric.DotProduct => longest * (double)ExactScorer.Norm(query), // short rows take their neighbours' length for their own
                    _ => -rank,
                };
                Assert.Equal(rank, reaches[i], 1e-4 * terms);
            }
        }
    }

    [Fact]
    public void A_cosine_whose_lengths_overflow_as_a_product_is_still_a_cosine()
    {
        // Each length and the sum of products fit into float32, and the product of both lengths does not.
        float[] row = [1.5e19f, 1.5e19f];
        float[] query = [2.2e19f, 0];
        var scores = new float[1];

        ExactScorer.Rows(Metric.Cosine, row, query, ExactScorer.Norm(query), scores);

        Assert.Equal(Math.Sqrt(0.5), scores[0], 1e-6);
    }
}
