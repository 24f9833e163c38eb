using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Codecs.Spectral;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Codecs.Spectral;

public class SpectralScoreTests
{
    public static TheoryData<int> Dimensions => [1, 2, 3, 7, 64, 100, 384, 512, 513, 768, 1536, 3072];

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Every_path_gives_the_same_bits_on_random_vectors(int dimension)
    {
        Assert.SkipUnless(Avx2.IsSupported, "This machine has the scalar path only.");
        foreach (var compression in new[] { Compression.SpectralK64, Compression.SpectralK128, Compression.SpectralK256 })
        {
            foreach (var metric in Enum.GetValues<Metric>())
            {
                var random = new Random(dimension);
                var vectors = TestVectors.Gaussian(random, 37 * dimension);
                var codec = BlockCodec.Train(compression, metric, dimension, vectors);
                var blocks = CodecBlocks.Encode(codec, vectors);
                var query = (SpectralQuery)codec.Prepare(TestVectors.Gaussian(random, dimension))!;

                AssertSameBits(query, blocks, 37);
            }
        }
    }

    [Theory]
    [InlineData(8, 64)]
    [InlineData(512, 256)]
    [InlineData(1536, 256)]
    public void Every_path_gives_the_same_bits_on_any_bytes_even_the_most_extreme(int dimension, int kept)
    {
        Assert.SkipUnless(Avx2.IsSupported, "This machine has the scalar path only.");
        var random = new Random(dimension);
        var slots = (dimension + 1) / 2;
        var layout = new SpectralLayout(slots, SpectralCalibration.GroupsPerPage(slots, Math.Min(kept, slots), [], 0));
        foreach (var (queryByte, code) in new (int, int)[] { (127, 127), (127, -127), (1, -127), (127, -128), (-1, -1) })
        {
            var table = new byte[layout.Pages * SpectralQuery.PageBytes];
            var blocks = new byte[3 * layout.BlockBytes];
            random.NextBytes(blocks);
            if (queryByte >= 0)
            {
                table.AsSpan().Fill((byte)queryByte);
                for (var block = 0; block < 3; block++)
                {
                    for (var at = 0; at < layout.SumOffset; at += SpectralLayout.GroupBytes)
                        blocks.AsSpan(block * layout.BlockBytes + at + SpectralLayout.PartBytes, 2 * SpectralLayout.PartBytes).Fill((byte)code);
                }
            }
            else
            {
                foreach (ref var value in table.AsSpan())
                    value = (byte)random.Next(128);
            }

            FillSides(random, layout, blocks);
            var query = new SpectralQuery
            {
                Layout = layout,
                Table = table,
                Shape = new QueryShape(new RankScale(0, 1), IsDistance: true, Length: 1, Rounding: 0),
                Formula = new RankFormula(Multiplier: 1, BiasWeight: 0.5f, Offset: 3),
            };

            AssertSameBits(query, blocks, 48);
        }
    }

    private static void FillSides(Random random, SpectralLayout layout, byte[] blocks)
    {
        for (var row = 0; row < 48; row++)
        {
            var side = blocks.AsSpan(row / 16 * layout.BlockBytes + layout.SumOffset);
            BitConverter.TryWriteBytes(side[(4 * (row % 16))..], random.Next(-60000, 60000));
            for (var part = 1; part < 4; part++)
                BitConverter.TryWriteBytes(side[(64 * part + 4 * (row % 16))..], random.NextSingle());
        }
    }

    private static void AssertSameBits(SpectralQuery query, byte[] blocks, int rows)
    {
        const int offset = 3; // off any alignment
        byte[] shifted = [.. new byte[offset], .. blocks];
        for (var count = rows; count > 0; count--)
        {
            var bytes = shifted.AsSpan(offset, BlockCodec.BlockCount(count) * query.Layout.BlockBytes);
            var expected = new float[count];
            SpectralScore.BlocksScalar(query, bytes, expected);

            var actual = new float[count + 1];
            actual[count] = 42; // one past the end stays as it was
            float[] guarded = [.. expected, 42];
            if (Avx2.IsSupported)
            {
                SpectralScore.BlocksAvx2(query, bytes, actual.AsSpan(0, count));
                AssertBits(guarded, actual);
            }

            if (Avx512Vbmi.IsSupported)
            {
                actual.AsSpan(0, count).Clear();
                SpectralScore.BlocksVbmi(query, bytes, actual.AsSpan(0, count));
                AssertBits(guarded, actual);
            }
        }
    }

    private static void AssertBits(float[] expected, float[] actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), actual.Select(BitConverter.SingleToUInt32Bits));

    [Fact]
    public void Blocks_that_do_not_match_the_scores_are_refused()
    {
        var codec = BlockCodec.Train(Compression.SpectralK64, Metric.Cosine, 64, TestVectors.Gaussian(new Random(1), 64 * 20));
        var query = codec.Prepare(TestVectors.Gaussian(new Random(2), 64))!;

        Assert.Throws<ArgumentException>(() => codec.Score(query, new byte[codec.BlockBytes], new float[17]));
        Assert.Throws<ArgumentException>(() => codec.Score(query, new byte[codec.BlockBytes - 1], new float[16]));
        Assert.Throws<ArgumentException>(() => codec.Score(query, new byte[2 * codec.BlockBytes], new float[16]));
    }
}
