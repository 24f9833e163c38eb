using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Codecs.Pq;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Pq;

public class PqScoreTests
{
    private const int Rows = 133; // two passes of four blocks, and a ninth that is not full

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(384)]
    [InlineData(1023)] // 256 sub-vectors: one 16-bit sum
    [InlineData(1025)] // and a second
    [InlineData(3072)]
    public void Every_path_gives_the_same_bits(int dimension)
    {
        Assert.SkipUnless(Avx2.IsSupported, "This machine has the scalar path only.");
        var random = new Random(dimension);
        var quantizer = ProductQuantizer.Train(dimension, TestVectors.Gaussian(random, 20 * dimension), 1, threads: 1, CancellationToken.None);
        foreach (var hasError in new[] { false, true })
        {
            var layout = new PqLayout(quantizer.SubVectors, hasError);
            var blocks = RandomBlocks(random, layout);
            AssertSameBits(Query(layout, quantizer.Table(TestVectors.Gaussian(random, dimension))), blocks);
        }
    }

    [Fact]
    public void No_sum_overflows_with_the_largest_bytes()
    {
        Assert.SkipUnless(Avx2.IsSupported, "This machine has the scalar path only.");
        var layout = new PqLayout(subVectors: 5000, hasError: false);
        var bytes = new byte[5000 * ProductQuantizer.Centroids + PqTable.Padding];
        bytes.AsSpan().Fill(byte.MaxValue);
        var query = Query(layout, new PqTable(bytes, Zero: 0, Step: 1));

        AssertSameBits(query, RandomBlocks(new Random(1), layout));
    }

    [Fact]
    public void Blocks_that_do_not_fit_the_scores_are_refused()
    {
        var layout = new PqLayout(subVectors: 3, hasError: false);
        var query = Query(layout, new PqTable(new byte[3 * ProductQuantizer.Centroids + PqTable.Padding], Zero: 0, Step: 1));

        Assert.Throws<ArgumentException>(() => PqScore.Blocks(query, new byte[layout.BlockBytes], new float[17]));
        Assert.Throws<ArgumentException>(() => PqScore.Blocks(query, new byte[layout.BlockBytes - 1], new float[16]));
    }

    private static PqQuery Query(PqLayout layout, PqTable table) => new()
    {
        Layout = layout,
        Table = table,
        Shape = new QueryShape(new RankScale(0, 1), IsDistance: true, Length: 1, Rounding: 0),
        Formula = new RankFormula(Multiplier: 0.37f, BiasWeight: 0.5f, Offset: 3),
    };

    private static byte[] RandomBlocks(Random random, PqLayout layout)
    {
        var blocks = new byte[BlockCodec.BlockCount(Rows) * layout.BlockBytes];
        random.NextBytes(blocks);
        for (var start = 0; start < blocks.Length; start += layout.BlockBytes)
        {
            foreach (ref var value in MemoryMarshal.Cast<byte, float>(blocks.AsSpan(start + layout.Side.Offset, layout.BlockBytes - layout.Side.Offset)))
                value = (float)random.NextDouble() * 2 - 1;
        }

        return blocks;
    }

    private static void AssertSameBits(PqQuery query, byte[] blocks)
    {
        const int offset = 3; // off any alignment
        byte[] shifted = [.. new byte[offset], .. blocks];
        foreach (var count in new[] { Rows, 128, 113, 112, 80, 64, 49, 48, 33, 17, 16, 15, 1 })
        {
            var bytes = shifted.AsSpan(offset, BlockCodec.BlockCount(count) * query.Layout.BlockBytes);
            var expected = new float[count];
            PqScore.BlocksScalar(query, bytes, expected);

            var actual = new float[count + 1];
            actual[count] = 42; // one past the end stays as it was
            float[] guarded = [.. expected, 42];
            PqScore.BlocksAvx2(query, bytes, actual.AsSpan(0, count));
            AssertBits(guarded, actual);

            if (!Avx512Vbmi.IsSupported)
                continue;
            actual.AsSpan(0, count).Clear();
            PqScore.BlocksVbmi(query, bytes, actual.AsSpan(0, count));
            AssertBits(guarded, actual);
        }
    }

    private static void AssertBits(float[] expected, float[] actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), actual.Select(BitConverter.SingleToUInt32Bits));
}
