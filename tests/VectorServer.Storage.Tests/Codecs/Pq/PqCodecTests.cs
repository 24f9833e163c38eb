using VectorServer.Storage.Codecs;
using VectorServer.Storage.Scoring;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Pq;

public class PqCodecTests
{
    [Theory]
    [InlineData(384, 96)]
    [InlineData(1, 4)] // groups of four bytes keep blocks on cache lines
    [InlineData(3, 4)]
    [InlineData(7, 4)]
    [InlineData(1023, 256)]
    public void A_row_costs_a_byte_for_four_dimensions_and_twelve_bytes(int dimension, int codeBytes)
    {
        foreach (var metric in Enum.GetValues<Metric>())
            Assert.Equal(codeBytes + 12, BlockCodec.Train(Compression.Pq, metric, dimension, []).CodeBytesPerVector);
    }

    // 256 centroids in four dimensions keep about 0.88 of a normal vector's square; the rest is noise of which a query sees one direction.
    // In few dimensions one direction is much of it. Rows were not seen in training.
    [Theory]
    [InlineData(1, 0.05)]
    [InlineData(3, 0.3)]
    [InlineData(7, 0.5)]
    [InlineData(64, 0.25)]
    [InlineData(384, 0.1)]
    [InlineData(1023, 0.06)]
    public void Estimates_are_close_to_exact_scores(int dimension, double tolerance)
    {
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var random = new Random(dimension);
            var codec = BlockCodec.Train(Compression.Pq, metric, dimension, TestVectors.Gaussian(random, 2000 * dimension));
            var vectors = TestVectors.Gaussian(random, 200 * dimension);
            var query = TestVectors.Gaussian(random, dimension);

            var estimates = CodecBlocks.Score(codec, CodecBlocks.Encode(codec, vectors), 200, query);

            var exact = new float[200];
            ExactScorer.Rows(metric, vectors, query, ExactScorer.Norm(query), exact);
            var unit = metric == Metric.Cosine ? 1 : (metric == Metric.Euclidean ? 2 : 1) * Math.Max(dimension, 8);
            for (var i = 0; i < exact.Length; i++)
                Assert.Equal(exact[i], estimates[i], tolerance * unit);
        }
    }

    // Noise has no structure to learn but that of a ball; when written 0.98 and more. Chance would find 0.02.
    [Theory]
    [InlineData(Metric.Cosine, 0.9)]
    [InlineData(Metric.DotProduct, 0.9)]
    [InlineData(Metric.Euclidean, 0.9)]
    public void Forty_candidates_hold_most_of_the_ten_nearest(Metric metric, double floor)
    {
        const int dimension = 128, rows = 2000, queries = 30;
        var random = new Random(4);
        var vectors = TestVectors.Gaussian(random, rows * dimension);
        var codec = BlockCodec.Train(Compression.Pq, metric, dimension, vectors);
        var blocks = CodecBlocks.Encode(codec, vectors);
        var found = 0;
        for (var i = 0; i < queries; i++)
        {
            var query = TestVectors.Gaussian(random, dimension);
            var exact = new float[rows];
            ExactScorer.Rows(metric, vectors, query, ExactScorer.Norm(query), exact);
            found += Best(exact, 10).Intersect(Best(CodecBlocks.Score(codec, blocks, rows, query), 40)).Count();
        }

        Assert.InRange(found / (10.0 * queries), floor, 1);
    }

    [Fact]
    public void A_row_ranks_first_for_itself_whatever_its_length()
    {
        const int dimension = 384;
        var vectors = TestVectors.Gaussian(new Random(1), 100 * dimension);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] *= MathF.Pow(10, i / dimension % 13 - 6);
        var codec = BlockCodec.Train(Compression.Pq, Metric.Cosine, dimension, vectors);
        var blocks = CodecBlocks.Encode(codec, vectors);

        for (var row = 0; row < 100; row++)
            Assert.Equal(row, Best(CodecBlocks.Score(codec, blocks, 100, vectors.AsSpan(row * dimension, dimension)), 1).Single());
    }

    [Fact]
    public void Encoding_a_row_leaves_the_other_rows_of_its_block_alone()
    {
        const int dimension = 98;
        var random = new Random(1);
        var vectors = TestVectors.Gaussian(random, 16 * dimension);
        var codec = BlockCodec.Train(Compression.Pq, Metric.Euclidean, dimension, vectors);
        var query = TestVectors.Gaussian(random, dimension);
        var expected = CodecBlocks.Score(codec, CodecBlocks.Encode(codec, vectors), 16, query);

        var shuffled = new byte[codec.BlockBytes];
        random.NextBytes(shuffled);
        for (var row = 15; row >= 0; row--)
            codec.Encode(vectors.AsSpan(row * dimension, dimension), shuffled, row);

        Assert.Equal(expected, CodecBlocks.Score(codec, shuffled, 16, query));
    }

    [Fact]
    public void Zero_constant_and_extreme_vectors_and_samples_stay_finite()
    {
        const int dimension = 62;
        var vectors = TestVectors.Gaussian(new Random(1), 20 * dimension);
        vectors.AsSpan(0, dimension).Clear();
        vectors.AsSpan(dimension, dimension).Fill(3);
        vectors[2 * dimension] = float.MaxValue; // one huge coordinate
        vectors.AsSpan(3 * dimension, dimension).Fill(1e-40f);
        foreach (var sample in new[] { vectors, [.. Enumerable.Repeat(1f, 5 * dimension)], new float[5 * dimension], [] })
        {
            var codec = BlockCodec.Train(Compression.Pq, Metric.Cosine, dimension, sample);
            var blocks = CodecBlocks.Encode(codec, vectors);
            Assert.Null(codec.Prepare(vectors.AsSpan(0, dimension))); // a zero has no direction
            for (var row = 1; row < 20; row++)
                Assert.All(CodecBlocks.Score(codec, blocks, 20, vectors.AsSpan(row * dimension, dimension)), score => Assert.True(double.IsFinite(score)));
        }
    }

    // A calibration on nothing, on one row or on equal rows teaches nothing, and random centroids must do.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50)]
    public void A_poor_sample_makes_a_code_that_still_tells_rows_apart(int equalRows)
    {
        const int dimension = 96;
        var vectors = TestVectors.Gaussian(new Random(2), 200 * dimension);
        var codec = BlockCodec.Train(Compression.Pq, Metric.Cosine, dimension, [.. Enumerable.Repeat(0.1f, equalRows * dimension)]);
        var blocks = CodecBlocks.Encode(codec, vectors);

        for (var row = 0; row < 200; row++)
            Assert.Contains(row, Best(CodecBlocks.Score(codec, blocks, 200, vectors.AsSpan(row * dimension, dimension)), 2));
    }

    [Fact]
    public void The_same_sample_makes_the_same_code()
    {
        var sample = TestVectors.Gaussian(new Random(3), 500 * 10);

        Assert.Equal(
            BlockCodec.Train(Compression.Pq, Metric.Cosine, 10, sample).Serialize(), BlockCodec.Train(Compression.Pq, Metric.Cosine, 10, sample).Serialize());
    }

    private static int[] Best<T>(T[] scores, int count) =>
        [.. Enumerable.Range(0, scores.Length).OrderByDescending(row => scores[row]).Take(count)];
}
