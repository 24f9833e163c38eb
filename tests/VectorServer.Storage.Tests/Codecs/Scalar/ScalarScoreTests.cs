using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Codecs.Scalar;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Scalar;

public class ScalarScoreTests
{
    private const int Rows = 37;

    public static TheoryData<int> Dimensions => [1, 2, 3, 7, 31, 32, 33, 64, 100, 384, 511, 513, 768, 1023, 1536, 3072];

    public static Compression[] Codes => [Compression.Spectral4Bit, Compression.Spectral2Bit, Compression.Spectral1Bit, Compression.Sq8];

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Every_path_gives_the_same_bits_on_random_vectors(int dimension)
    {
        Assert.SkipUnless(Avx2.IsSupported, "This machine has the scalar path only.");
        foreach (var compression in Codes)
        {
            foreach (var metric in Enum.GetValues<Metric>())
            {
                var random = new Random(dimension);
                var vectors = TestVectors.Gaussian(random, Rows * dimension);
                var codec = BlockCodec.Train(compression, metric, dimension, vectors);
                var query = (ScalarQuery)codec.Prepare(TestVectors.Gaussian(random, dimension))!;

                AssertSameBits(query, CodecBlocks.Encode(codec, vectors));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void No_sum_overflows_with_the_largest_levels_and_query_bytes(int bits)
    {
        Assert.SkipUnless(Avx2.IsSupported, "This machine has the scalar path only.");
        var layout = new ScalarLayout(1000, bits);
        var blocks = new byte[BlockCodec.BlockCount(Rows) * layout.BlockBytes];
        for (var block = 0; block < BlockCodec.BlockCount(Rows); block++)
        {
            blocks.AsSpan(block * layout.BlockBytes, layout.Side.Offset).Fill(0xFF);
            for (var at = layout.Side.Offset; at < layout.BlockBytes; at += sizeof(float))
                BitConverter.TryWriteBytes(blocks.AsSpan(block * layout.BlockBytes + at), 1f);
        }

        foreach (var sign in new[] { 1, -1 })
        {
            var level = (byte)(sbyte)(sign * ScalarScore.QueryLevelMax(bits));
            var four = level | level << 8 | level << 16 | level << 24;
            var table = new int[layout.Groups * layout.Fields];
            table.AsSpan().Fill(four);
            var query = new ScalarQuery
            {
                Layout = layout,
                Table = table,
                Zero = 12345,
                Shape = new QueryShape(new RankScale(0, 1), IsDistance: true, Length: 1, Rounding: 0),
                Formula = new RankFormula(Multiplier: 1, BiasWeight: 0.5f, Offset: 3),
            };

            AssertSameBits(query, blocks);
        }
    }

    private static void AssertSameBits(ScalarQuery query, byte[] blocks)
    {
        const int offset = 3; // off any alignment
        byte[] shifted = [.. new byte[offset], .. blocks];
        for (var count = Rows; count > 0; count--)
        {
            var bytes = shifted.AsSpan(offset, BlockCodec.BlockCount(count) * query.Layout.BlockBytes);
            var expected = new float[count];
            ScalarScore.BlocksScalar(query, bytes, expected);

            var actual = new float[count + 1];
            actual[count] = 42; // one past the end stays as it was
            float[] guarded = [.. expected, 42];
            ScalarScore.BlocksAvx2(query, bytes, actual.AsSpan(0, count));
            AssertBits(guarded, actual);

            if (!Avx512BW.IsSupported)
                continue;
            actual.AsSpan(0, count).Clear();
            ScalarScore.BlocksAvx512(query, bytes, actual.AsSpan(0, count));
            AssertBits(guarded, actual);
        }
    }

    private static void AssertBits(float[] expected, float[] actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), actual.Select(BitConverter.SingleToUInt32Bits));
}
