using VectorServer.Storage.Codecs;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs;

public class CodecFormatTests
{
    [Theory]
    [InlineData(Compression.SpectralK64, Metric.Cosine, 384)]
    [InlineData(Compression.SpectralK128, Metric.DotProduct, 7)]
    [InlineData(Compression.SpectralK256, Metric.Euclidean, 1536)]
    [InlineData(Compression.Spectral4Bit, Metric.Cosine, 384)]
    [InlineData(Compression.Spectral2Bit, Metric.Euclidean, 100)]
    [InlineData(Compression.Spectral1Bit, Metric.DotProduct, 7)]
    [InlineData(Compression.Sq8, Metric.Euclidean, 384)]
    [InlineData(Compression.Pq, Metric.Cosine, 384)]
    [InlineData(Compression.Pq, Metric.Euclidean, 7)]
    public void A_codec_read_back_encodes_and_scores_the_same(Compression compression, Metric metric, int dimension)
    {
        var vectors = TestVectors.Gaussian(new Random(1), 40 * dimension);
        var codec = BlockCodec.Train(compression, metric, dimension, vectors);

        var copy = (BlockCodec)Codec.Deserialize(codec.Serialize());

        Assert.Equal((compression, metric, dimension), (copy.Compression, copy.Metric, copy.Dimension));
        var blocks = CodecBlocks.Encode(codec, vectors);
        Assert.Equal(blocks, CodecBlocks.Encode(copy, vectors));
        var query = vectors.AsSpan(0, dimension);
        Assert.Equal(CodecBlocks.Score(codec, blocks, 40, query), CodecBlocks.Score(copy, blocks, 40, query));
    }

    [Theory]
    [InlineData(Compression.SpectralK64)]
    [InlineData(Compression.Spectral4Bit)]
    [InlineData(Compression.Pq)]
    public void Any_flipped_bit_is_detected(Compression compression)
    {
        var bytes = BlockCodec.Train(compression, Metric.Cosine, 8, TestVectors.Gaussian(new Random(1), 80)).Serialize();

        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertCorrupt(flipped);
        }
    }

    [Theory]
    [InlineData(Compression.SpectralK64)]
    [InlineData(Compression.Spectral4Bit)]
    [InlineData(Compression.Pq)]
    public void Any_cut_is_detected(Compression compression)
    {
        var bytes = BlockCodec.Train(compression, Metric.Cosine, 8, TestVectors.Gaussian(new Random(1), 80)).Serialize();

        for (var length = 0; length < bytes.Length; length++)
            AssertCorrupt(bytes[..length]);
    }

    private static void AssertCorrupt(byte[] bytes)
    {
        var exception = Assert.Throws<StorageException>(() => Codec.Deserialize(bytes));
        Assert.Equal(StorageErrorCode.DataCorruption, exception.Code);
    }

    [Theory]
    [InlineData(Compression.Auto)]
    [InlineData(Compression.Float32)]
    public void What_is_no_code_cannot_be_trained(Compression compression) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BlockCodec.Train(compression, Metric.Cosine, 8, []));
}
