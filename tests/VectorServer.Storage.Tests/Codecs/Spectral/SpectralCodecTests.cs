using VectorServer.Storage.Codecs;
using VectorServer.Storage.Codecs.Spectral;
using VectorServer.Storage.Scoring;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Spectral;

public class SpectralCodecTests
{
    [Theory]
    [InlineData(Compression.SpectralK64, 384, 192)]
    [InlineData(Compression.SpectralK128, 384, 384)]
    [InlineData(Compression.SpectralK256, 512, 768)]
    [InlineData(Compression.SpectralK256, 384, 576)] // 192 slots are all there are
    [InlineData(Compression.SpectralK256, 1, 12)]
    public void A_kept_slot_costs_three_bytes_and_a_row_sixteen(Compression compression, int dimension, int slotBytes)
    {
        var codec = BlockCodec.Train(compression, Metric.Cosine, dimension, []);

        Assert.Equal(slotBytes + 16, codec.CodeBytesPerVector);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(384)]
    [InlineData(511)]
    public void Estimates_are_close_to_exact_scores_when_every_slot_is_kept(int dimension)
    {
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var random = new Random(dimension);
            var vectors = TestVectors.Gaussian(random, 50 * dimension);
            var query = TestVectors.Gaussian(random, dimension);
            var codec = BlockCodec.Train(Compression.SpectralK256, metric, dimension, vectors);

            var estimates = CodecBlocks.Score(codec, CodecBlocks.Encode(codec, vectors), 50, query);

            // Rounding the query to 7 bits is worth about one part in a hundred of the vectors' lengths.
            var tolerance = metric == Metric.Cosine ? 0.03 : 0.03 * (2 + 4 * dimension);
            var exact = new float[50];
            ExactScorer.Rows(metric, vectors, query, ExactScorer.Norm(query), exact);
            for (var i = 0; i < exact.Length; i++)
                Assert.Equal(exact[i], estimates[i], tolerance);
        }
    }

    [Fact]
    public void Dimension_20000_is_encoded_and_finds_a_row_by_itself()
    {
        var vectors = TestVectors.Gaussian(new Random(1), 20 * 20000);
        foreach (var compression in new[] { Compression.SpectralK64, Compression.SpectralK128, Compression.SpectralK256 })
        {
            var codec = BlockCodec.Train(compression, Metric.Cosine, 20000, vectors);

            var scores = CodecBlocks.Score(codec, CodecBlocks.Encode(codec, vectors), 20, vectors.AsSpan(3 * 20000, 20000));

            Assert.Equal(3, Array.IndexOf(scores, scores.Max()));
        }
    }

    [Fact]
    public void A_row_ranks_first_for_itself_whatever_its_length()
    {
        const int dimension = 384;
        var random = new Random(1);
        var vectors = TestVectors.Gaussian(random, 100 * dimension);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] *= MathF.Pow(10, i / dimension % 13 - 6);
        var codec = BlockCodec.Train(Compression.SpectralK64, Metric.Cosine, dimension, vectors);
        var blocks = CodecBlocks.Encode(codec, vectors);

        for (var row = 0; row < 100; row++)
        {
            var scores = CodecBlocks.Score(codec, blocks, 100, vectors.AsSpan(row * dimension, dimension));
            Assert.Equal(row, Array.IndexOf(scores, scores.Max()));
        }
    }

    [Fact]
    public void Encoding_a_row_leaves_the_other_rows_of_its_block_alone()
    {
        const int dimension = 100;
        var random = new Random(1);
        var vectors = TestVectors.Gaussian(random, 16 * dimension);
        var codec = BlockCodec.Train(Compression.SpectralK64, Metric.Euclidean, dimension, vectors);
        var inOrder = CodecBlocks.Encode(codec, vectors);

        var shuffled = new byte[codec.BlockBytes];
        random.NextBytes(shuffled);
        for (var row = 15; row >= 0; row--)
            codec.Encode(vectors.AsSpan(row * dimension, dimension), shuffled, row);

        Assert.Equal(inOrder, shuffled);
    }

    [Fact]
    public void Zero_vectors_score_about_zero_and_stay_finite()
    {
        const int dimension = 64;
        var vectors = TestVectors.Gaussian(new Random(1), 20 * dimension);
        vectors.AsSpan(0, dimension).Clear();
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var codec = BlockCodec.Train(Compression.SpectralK64, metric, dimension, vectors);
            var blocks = CodecBlocks.Encode(codec, vectors);

            if (metric == Metric.Euclidean)
                Assert.Equal(0, CodecBlocks.Score(codec, blocks, 20, new float[dimension])[0], 0.05);
            else
                Assert.Null(codec.Prepare(new float[dimension])); // all rows are as near
            var byOther = CodecBlocks.Score(codec, blocks, 20, vectors.AsSpan(dimension, dimension));

            Assert.All(byOther, score => Assert.True(double.IsFinite(score)));
            if (metric == Metric.DotProduct)
                Assert.Equal(0, byOther[0], 0.05);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.MaxValue)]
    public void A_value_beyond_reason_spoils_no_other_row(float value)
    {
        const int dimension = 64;
        var vectors = TestVectors.Gaussian(new Random(1), 16 * dimension);
        var codec = BlockCodec.Train(Compression.SpectralK64, Metric.Cosine, dimension, vectors);
        var query = vectors.AsSpan(0, dimension).ToArray();
        var before = CodecBlocks.Score(codec, CodecBlocks.Encode(codec, vectors), 16, query);

        vectors[5 * dimension + 3] = value;
        var after = CodecBlocks.Score(codec, CodecBlocks.Encode(codec, vectors), 16, query);

        Assert.True(double.IsFinite(after[5]));
        after[5] = before[5];
        Assert.Equal(before, after);
    }

    [Fact]
    public void Rows_unlike_a_sample_of_one_repeated_vector_are_still_told_apart()
    {
        const int dimension = 128;
        var random = new Random(1);
        var one = TestVectors.Gaussian(random, dimension);
        var sample = Enumerable.Repeat(one, 50).SelectMany(values => values).ToArray();
        var codec = BlockCodec.Train(Compression.SpectralK64, Metric.Cosine, dimension, sample);
        var vectors = TestVectors.Gaussian(random, 100 * dimension);
        var blocks = CodecBlocks.Encode(codec, vectors);

        for (var row = 0; row < 100; row++)
        {
            var scores = CodecBlocks.Score(codec, blocks, 100, vectors.AsSpan(row * dimension, dimension));
            Assert.Equal(row, Array.IndexOf(scores, scores.Max()));
        }
    }

    [Fact]
    public void Encoding_and_scoring_allocate_nothing()
    {
        const int dimension = 384;
        var vectors = TestVectors.Gaussian(new Random(1), 160 * dimension);
        var codec = BlockCodec.Train(Compression.SpectralK64, Metric.Cosine, dimension, vectors);
        var blocks = CodecBlocks.Encode(codec, vectors);
        var query = codec.Prepare(vectors.AsSpan(0, dimension))!;
        var scores = new float[160];
        Work(); // fills the pools

        var before = GC.GetAllocatedBytesForCurrentThread();
        Work();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Work()
        {
            codec.Encode(vectors.AsSpan(0, dimension), blocks.AsSpan(0, codec.BlockBytes), 0);
            codec.Score(query, blocks, scores);
            ExactScorer.Rows(Metric.Cosine, vectors, vectors.AsSpan(0, dimension), 1, scores);
        }
    }

    [Fact]
    public void Lanes_go_to_the_pages_where_the_sample_has_its_energy()
    {
        // A slow wave: everything lies in the first of three pages, which therefore gets all 64 lanes.
        const int dimension = 1536;
        var random = new Random(1);
        var sample = new float[50 * dimension];
        for (var row = 0; row < 50; row++)
        {
            for (var wave = 1; wave <= 80; wave++)
            {
                var (amplitude, phase) = (random.NextDouble(), random.NextDouble() * 2 * Math.PI);
                for (var i = 0; i < dimension; i++)
                    sample[row * dimension + i] += (float)(amplitude * Math.Cos(2 * Math.PI * wave * i / dimension + phase));
            }
        }

        var codec = (SpectralCodec)BlockCodec.Train(Compression.SpectralK64, Metric.Cosine, dimension, sample);

        Assert.Equal([16, 0, 0], codec.Layout.GroupsPerPage);
    }
}
