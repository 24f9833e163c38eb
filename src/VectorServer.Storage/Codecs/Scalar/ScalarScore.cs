using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Scalar;

/// <summary>Ranks blocks of scalar codes; see <see cref="ScalarLayout"/> for their bytes and <see cref="ScalarQuery"/> for the formula.</summary>
internal static partial class ScalarScore
{
    /// <summary>
    /// The largest query byte: 8 bits, but for levels of 8 bits 7, so that VPMADDUBSW's sum of two products, 2 * 255 * 63, never
    /// saturates its int16.
    /// </summary>
    public static int QueryLevelMax(int bits) => bits == 8 ? 63 : 127;

    /// <param name="query">The prepared query; its layout is that of the blocks.</param>
    /// <param name="blocks">Whole blocks; only read.</param>
    /// <param name="scores">Out: one per row, higher is nearer; up to 15 rows of the last block may be left off.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <remarks>Every path computes the same integers and rounds the same way: the scores are equal to the last bit.</remarks>
    public static void Blocks(ScalarQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        BlockScores.Check(blocks, query.Layout.BlockBytes, scores.Length);
        if (Avx512BW.IsSupported)
            BlocksAvx512(query, blocks, scores);
        else if (Avx2.IsSupported)
            BlocksAvx2(query, blocks, scores);
        else
            BlocksScalar(query, blocks, scores);
    }

    /// <summary>A block at a time, its 16 rows side by side in 512 bits. Requires AVX-512 BW.</summary>
    internal static void BlocksAvx512(ScalarQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        switch (query.Layout.Bits)
        {
            case 1:
                BlocksAvx512<OneBit>(query, blocks, scores);
                break;
            case 2:
                BlocksAvx512<TwoBits>(query, blocks, scores);
                break;
            case 4:
                BlocksAvx512<FourBits>(query, blocks, scores);
                break;
            default:
                BlocksAvx512<EightBits>(query, blocks, scores);
                break;
        }
    }

    private static void BlocksAvx512<TBits>(ScalarQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
        where TBits : struct, IScalarBits
    {
        var layout = query.Layout;

        // The entry has checked that blocks holds BlockBytes for each 16 scores begun, and a layout never points beyond its block.
        Debug.Assert(query.Table.Length == layout.Groups * layout.Fields);
        ref var block = ref MemoryMarshal.GetReference(blocks);
        for (var row = 0; row < scores.Length; row += Codec.RowsPerBlock)
        {
            var dot = (Products<TBits>(query, layout.Groups, ref block) << 1) - Vector512.Create(query.Zero);
            BlockScores.Store(query.Formula.Rank(dot, ref Unsafe.Add(ref block, layout.Side.Offset)), scores, row);
            block = ref Unsafe.Add(ref block, layout.BlockBytes);
        }
    }

    /// <summary>Sums of level times query byte, one for each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products<TBits>(ScalarQuery query, int groups, ref byte block)
        where TBits : struct, IScalarBits
    {
        var total = Vector512<int>.Zero;
        ref var table = ref MemoryMarshal.GetArrayDataReference(query.Table);
        for (var group = 0; group < groups;)
        {
            var end = Math.Min(group + TBits.GroupsPerSum, groups);
            var sum = Vector512<short>.Zero;
            for (; group < end; group++)
            {
                sum += Group<TBits>(Vector512.LoadUnsafe(ref block), ref table);
                block = ref Unsafe.Add(ref block, ScalarLayout.GroupBytes);
                table = ref Unsafe.Add(ref table, 8 / TBits.Bits);
            }

            total += Avx512BW.MultiplyAddAdjacent(sum, Vector512<short>.One);
        }

        return total;
    }

    /// <summary>The products of one group, pairs of them added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Group<TBits>(Vector512<byte> codes, ref int table)
        where TBits : struct, IScalarBits
    {
        if (TBits.Bits == 8)
            return Field(codes, table);

        var mask = Vector512.Create((byte)((1 << TBits.Bits) - 1));
        var wide = codes.AsUInt16();
        var sum = Field(codes & mask, table) + Field((wide >> TBits.Bits).AsByte() & mask, Unsafe.Add(ref table, 1));
        if (TBits.Bits == 4)
            return sum;

        sum += Field((wide >> 2 * TBits.Bits).AsByte() & mask, Unsafe.Add(ref table, 2));
        sum += Field((wide >> 3 * TBits.Bits).AsByte() & mask, Unsafe.Add(ref table, 3));
        if (TBits.Bits == 2)
            return sum;

        sum += Field((wide >> 4).AsByte() & mask, Unsafe.Add(ref table, 4));
        sum += Field((wide >> 5).AsByte() & mask, Unsafe.Add(ref table, 5));
        sum += Field((wide >> 6).AsByte() & mask, Unsafe.Add(ref table, 6));
        return sum + Field((wide >> 7).AsByte() & mask, Unsafe.Add(ref table, 7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Field(Vector512<byte> levels, int fourQueryBytes) =>
        Avx512BW.MultiplyAddAdjacent(levels, Vector512.Create(fourQueryBytes).AsSByte());
}
