using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.Codecs.Rabitq;

namespace VectorServer.Storage.Tests.Codecs.Rabitq;

public sealed unsafe class SignScoreTests
{
    private const int Guard = 42;

    public static TheoryData<int> Planes => [1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Planes))]
    public void Every_path_gives_the_same_integers_at_every_length(int planes)
    {
        var random = new Random(planes);
        foreach (var coordinates in Enumerable.Range(1, 257).Concat([4_161, 16_400, 20_000]))
        {
            var layout = new RabitqLayout(coordinates, planes, low: 0);
            var (block, table) = Bytes(layout);
            random.NextBytes(block);
            for (var i = 0; i < table.Length; i++)
                table[i] = (byte)random.Next(SignScore.EntryMax + 1);
            AssertSame(layout, block, table, Expected(layout, block, table));
        }
    }

    [Theory]
    [MemberData(nameof(Planes))]
    public void No_sum_overflows_with_the_largest_entries(int planes)
    {
        foreach (var coordinates in new[] { 1, 64, 65, 272, 288, 592, 608, 1_376, 1_392, 4_160, 4_161, 16_384, 16_400, 20_000, 40_000 })
        {
            var layout = new RabitqLayout(coordinates, planes, low: 0);
            var (block, table) = Bytes(layout);
            block.AsSpan(0, layout.SideOffset).Fill(0xFF);
            table.AsSpan().Fill(SignScore.EntryMax);
            AssertSame(layout, block, table, [.. Enumerable.Repeat(layout.Groups * SignScore.EntryMax * ((1 << planes) - 1), RabitqLayout.Rows)]);
        }
    }

    /// <summary>The sums, from what the layout says of the bytes.</summary>
    private static int[] Expected(RabitqLayout layout, byte[] block, byte[] table)
    {
        var sums = new int[RabitqLayout.Rows];
        for (var row = 0; row < sums.Length; row++)
        {
            for (var plane = 0; plane < layout.Planes; plane++)
            {
                for (var group = 0; group < layout.Groups; group++)
                {
                    var code = block[plane * layout.Loads * RabitqLayout.LoadBytes + group * 16 + RabitqLayout.ByteOf(row)];
                    sums[row] += table[16 * group + (row < 16 ? code & 15 : code >> 4)] << (layout.Planes - 1 - plane);
                }
            }
        }

        return sums;
    }

    private static (byte[] Block, byte[] Table) Bytes(RabitqLayout layout) =>
        (new byte[layout.SideOffset], new byte[layout.Loads * RabitqLayout.LoadBytes]);

    private static void AssertSame(RabitqLayout layout, byte[] block, byte[] table, int[] expected)
    {
        const int Offset = 3; // off any alignment; and what follows is not to be counted
        byte[] shiftedBlock = [.. new byte[Offset], .. block, .. Enumerable.Repeat((byte)Guard, 64)];
        byte[] shiftedTable = [.. new byte[Offset], .. table, .. Enumerable.Repeat((byte)Guard, 64)];
        fixed (byte* blocks = shiftedBlock)
        fixed (byte* tables = shiftedTable)
        {
            SignScore.BlockScalar(blocks + Offset, tables + Offset, layout.Loads, layout.Planes, out var low, out var high);
            AssertEqual(expected, low, high);
            if (Avx2.IsSupported)
            {
                SignScore.BlockAvx2(blocks + Offset, tables + Offset, layout.Loads, layout.Planes, out low, out high);
                AssertEqual(expected, low, high);
            }

            if (Avx512BW.IsSupported)
            {
                SignScore.BlockAvx512(blocks + Offset, tables + Offset, layout.Loads, layout.Planes, out low, out high);
                AssertEqual(expected, low, high);
            }

            if (Avx512BW.IsSupported && layout.HasShortSums)
            {
                SignScore.BlockAvx512Short(blocks + Offset, tables + Offset, layout.Loads, layout.Planes, out low, out high);
                AssertEqual(expected, low, high);
            }

            SignScore.Block(blocks + Offset, tables + Offset, layout, out low, out high);
            AssertEqual(expected, low, high);
        }
    }

    private static void AssertEqual(int[] expected, Vector512<int> low, Vector512<int> high)
    {
        var sums = new int[RabitqLayout.Rows];
        low.CopyTo(sums);
        high.CopyTo(sums, 16);
        Assert.Equal(expected, sums);
    }
}
