using VectorServer.Storage.Codecs;
using VectorServer.Storage.Scoring;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Scalar;

public class ScalarCodecTests
{
    public static TheoryData<Compression> Codes => [.. ScalarScoreTests.Codes];

    [Theory]
    [InlineData(Compression.Spectral4Bit, 384, 192)]
    [InlineData(Compression.Spectral2Bit, 384, 96)]
    [InlineData(Compression.Spectral1Bit, 384, 48)]
    [InlineData(Compression.Sq8, 384, 384)]
    [InlineData(Compression.Spectral4Bit, 1, 4)] // four bytes a row is the least a group holds
    public void A_row_costs_its_bits_and_twelve_bytes(Compression compression, int dimension, int levelBytes)
    {
        foreach (var metric in Enum.GetValues<Metric>())
            Assert.Equal(levelBytes + 12, BlockCodec.Train(compression, metric, dimension, []).CodeBytesPerVector);
    }

    // The error of an estimate is that of its levels: a normal coordinate rounded to 16 levels keeps 0.99 of its square, and the rest
    // is spread over all directions, of which a query sees one.
    [Theory]
    [InlineData(Compression.Sq8, 384, 0.03)]
    [InlineData(Compression.Spectral4Bit, 384, 0.03)]
    [InlineData(Compression.Spectral4Bit, 100, 0.06)]
    [InlineData(Compression.Spectral4Bit, 1023, 0.03)]
    [InlineData(Compression.Spectral2Bit, 384, 0.08)]
    [InlineData(Compression.Spectral1Bit, 384, 0.2)]
    public void Estimates_are_close_to_exact_scores(Compression compression, int dimension, double tolerance)
    {
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var random = new Random(dimension);
            var vectors = TestVectors.Gaussian(random, 200 * dimension);
            var query = TestVectors.Gaussian(random, dimension);
            var codec = BlockCodec.Train(compression, metric, dimension, vectors);

            var estimates = CodecBlocks.Score(codec, CodecBlocks.Encode(codec, vectors), 200, query);

            var exact = new float[200];
            ExactScorer.Rows(metric, vectors, query, ExactScorer.Norm(query), exact);
            var unit = metric == Metric.Cosine ? 1 : (metric == Metric.Euclidean ? 2 : 1) * dimension;
            for (var i = 0; i < exact.Length; i++)
                Assert.Equal(exact[i], estimates[i], tolerance * unit);
        }
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_row_ranks_first_for_itself_whatever_its_length(Compression compression)
    {
        const int dimension = 384;
        var vectors = TestVectors.Gaussian(new Random(1), 100 * dimension);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] *= MathF.Pow(10, i / dimension % 13 - 6);
        var codec = BlockCodec.Train(compression, Metric.Cosine, dimension, vectors);
        var blocks = CodecBlocks.Encode(codec, vectors);

        for (var row = 0; row < 100; row++)
        {
            var scores = CodecBlocks.Score(codec, blocks, 100, vectors.AsSpan(row * dimension, dimension));
            Assert.Equal(row, Array.IndexOf(scores, scores.Max()));
        }
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Encoding_a_row_leaves_the_other_rows_of_its_block_alone(Compression compression)
    {
        const int dimension = 100;
        var random = new Random(1);
        var vectors = TestVectors.Gaussian(random, 16 * dimension);
        var codec = BlockCodec.Train(compression, Metric.Euclidean, dimension, vectors);
        var inOrder = CodecBlocks.Encode(codec, vectors);

        var shuffled = new byte[codec.BlockBytes];
        random.NextBytes(shuffled);
        for (var row = 15; row >= 0; row--)
            codec.Encode(vectors.AsSpan(row * dimension, dimension), shuffled, row);

        Assert.Equal(inOrder, shuffled);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Zero_constant_and_extreme_vectors_stay_finite(Compression compression)
    {
        const int dimension = 64;
        var vectors = TestVectors.Gaussian(new Random(1), 20 * dimension);
        vectors.AsSpan(0, dimension).Clear();
        vectors.AsSpan(dimension, dimension).Fill(3);
        vectors[2 * dimension] = float.MaxValue; // one huge coordinate
        vectors.AsSpan(3 * dimension, dimension).Fill(1e-40f);
        foreach (var sample in new[] { vectors, [.. Enumerable.Repeat(1f, 5 * dimension)], [] })
        {
            var codec = BlockCodec.Train(compression, Metric.Cosine, dimension, sample);
            var blocks = CodecBlocks.Encode(codec, vectors);
            Assert.Null(codec.Prepare(vectors.AsSpan(0, dimension))); // a zero has no direction
            for (var row = 1; row < 20; row++)
                Assert.All(CodecBlocks.Score(codec, blocks, 20, vectors.AsSpan(row * dimension, dimension)), score => Assert.True(double.IsFinite(score)));
        }
    }

    // A vector with one coordinate and one that is a pure wave are the worst cases of a fixed rotation: without the random signs the
    // wave would fall into one coordinate.
    [Theory]
    [InlineData(Compression.Spectral4Bit)]
    [InlineData(Compression.Spectral2Bit)]
    public void Spikes_and_waves_find_themselves(Compression compression)
    {
        const int dimension = 128;
        var vectors = new float[2 * dimension * dimension];
        for (var i = 0; i < dimension; i++)
        {
            vectors[i * dimension + i] = 1;
            for (var at = 0; at < dimension; at++)
                vectors[(dimension + i) * dimension + at] = MathF.Cos(MathF.PI * i * (at + 0.5f) / dimension);
        }

        var codec = BlockCodec.Train(compression, Metric.Cosine, dimension, vectors);
        var blocks = CodecBlocks.Encode(codec, vectors);
        for (var row = 0; row < 2 * dimension; row++)
        {
            var scores = CodecBlocks.Score(codec, blocks, 2 * dimension, vectors.AsSpan(row * dimension, dimension));
            Assert.Equal(row, Array.IndexOf(scores, scores.Max()));
        }
    }
}
