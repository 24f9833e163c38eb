using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.Codecs.Rabitq;

namespace VectorServer.Storage.Tests.Codecs.Rabitq;

public sealed unsafe class LowScoreTests
{
    private const int Guard = 64; // bytes behind what is to be read

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void Every_path_gives_the_same_integers_at_every_length(int low)
    {
        var random = new Random(low);
        foreach (var coordinates in Enumerable.Range(1, 257).Concat([4_161, 16_400, 20_000]))
        {
            var layout = new RabitqLayout(coordinates, planes: 1, low);
            var levels = new int[4][];
            var query = new sbyte[coordinates];
            for (var i = 0; i < coordinates; i++)
                query[i] = (sbyte)random.Next(-127, 128);
            for (var row = 0; row < 4; row++)
                levels[row] = [.. Enumerable.Range(0, coordinates).Select(_ => random.Next(1 << low))];
            AssertSame(layout, levels, query);
        }
    }

    [Theory]
    [InlineData(2, 127)]
    [InlineData(2, -127)]
    [InlineData(1, 127)]
    [InlineData(1, -127)]
    public void No_sum_overflows_with_the_largest_levels_and_query_bytes(int low, int value)
    {
        foreach (var coordinates in new[] { 1, 128, 4_161, 20_000 })
        {
            var levels = Enumerable.Repeat(Enumerable.Repeat((1 << low) - 1, coordinates).ToArray(), 4).ToArray();
            AssertSame(new RabitqLayout(coordinates, planes: 1, low), levels, [.. Enumerable.Repeat((sbyte)value, coordinates)]);
        }
    }

    private static void AssertSame(RabitqLayout layout, int[][] levels, sbyte[] query)
    {
        var padded = new sbyte[layout.Chunks * layout.Fields * RabitqLayout.ChunkBytes + Guard];
        query.CopyTo(padded, 0);
        padded.AsSpan(padded.Length - Guard).Fill(1);
        var rowBytes = layout.Chunks * RabitqLayout.ChunkBytes;
        var bytes = new byte[(4 * rowBytes) + 1 + Guard]; // rows begin off any alignment
        for (var row = 0; row < 4; row++)
        {
            for (var i = 0; i < levels[row].Length; i++)
            {
                var (chunk, place) = Math.DivRem(i, RabitqLayout.ChunkBytes * layout.Fields);
                bytes[1 + row * rowBytes + chunk * RabitqLayout.ChunkBytes + place % RabitqLayout.ChunkBytes] |=
                    (byte)(levels[row][i] << (place / RabitqLayout.ChunkBytes * layout.Low));
            }
        }

        var expected = Array.ConvertAll(levels, row => row.Select((level, i) => level * query[i]).Sum());
        fixed (byte* rows = &bytes[1])
        fixed (sbyte* signed = padded)
        {
            byte* row0 = rows, row1 = row0 + rowBytes, row2 = row1 + rowBytes, row3 = row2 + rowBytes;
            AssertEqual(expected, LowScore.DotScalar(row0, row1, row2, row3, signed, layout.Chunks, layout.Low));
            if (Avx2.IsSupported)
                AssertEqual(expected, LowScore.DotAvx2(row0, row1, row2, row3, signed, layout.Chunks, layout.Low));
            AssertEqual(expected, LowScore.Dot(row0, row1, row2, row3, signed, layout));
        }
    }

    private static void AssertEqual(int[] expected, Vector128<int> sums) => Assert.Equal(expected, new int[] { sums[0], sums[1], sums[2], sums[3] });
}
