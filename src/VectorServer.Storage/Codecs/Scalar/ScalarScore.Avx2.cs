using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Scalar;

internal static partial class ScalarScore
{
    private const int RowsPerHalf = Codec.RowsPerBlock / 2;
    private const int HalfGroupBytes = ScalarLayout.GroupBytes / 2;

    /// <summary>Half a block at a time, 8 rows side by side in 256 bits. Requires AVX2.</summary>
    internal static void BlocksAvx2(ScalarQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        switch (query.Layout.Bits)
        {
            case 1:
                BlocksAvx2<OneBit>(query, blocks, scores);
                break;
            case 2:
                BlocksAvx2<TwoBits>(query, blocks, scores);
                break;
            case 4:
                BlocksAvx2<FourBits>(query, blocks, scores);
                break;
            default:
                BlocksAvx2<EightBits>(query, blocks, scores);
                break;
        }
    }

    private static void BlocksAvx2<TBits>(ScalarQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
        where TBits : struct, IScalarBits
    {
        var layout = query.Layout;
        for (var row = 0; row < scores.Length; row += RowsPerHalf)
        {
            // As in BlocksAvx512: lengths are checked, a half lies within its block.
            ref var block = ref MemoryMarshal.GetReference(blocks.Slice(row / Codec.RowsPerBlock * layout.BlockBytes, layout.BlockBytes));
            var half = row / RowsPerHalf % 2;
            var products = ProductsAvx2<TBits>(query, layout.Groups, ref Unsafe.Add(ref block, half * HalfGroupBytes));
            ref var side = ref Unsafe.Add(ref block, layout.Side.Offset + half * RowsPerHalf * sizeof(float));
            BlockScores.Store(query.Formula.Rank((products << 1) - Vector256.Create(query.Zero), ref side), scores, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> ProductsAvx2<TBits>(ScalarQuery query, int groups, ref byte half)
        where TBits : struct, IScalarBits
    {
        var total = Vector256<int>.Zero;
        var mask = Vector256.Create((byte)((1 << TBits.Bits) - 1));
        ref var table = ref MemoryMarshal.GetArrayDataReference(query.Table);
        for (var group = 0; group < groups;)
        {
            var end = Math.Min(group + TBits.GroupsPerSum, groups);
            var sum = Vector256<short>.Zero;
            for (; group < end; group++)
            {
                var codes = Vector256.LoadUnsafe(ref half).AsUInt16();
                for (var field = 0; field < 8 / TBits.Bits; field++)
                {
                    var levels = TBits.Bits == 8 ? codes.AsByte() : (codes >> field * TBits.Bits).AsByte() & mask;
                    sum += Avx2.MultiplyAddAdjacent(levels, Vector256.Create(Unsafe.Add(ref table, field)).AsSByte());
                }

                half = ref Unsafe.Add(ref half, ScalarLayout.GroupBytes);
                table = ref Unsafe.Add(ref table, 8 / TBits.Bits);
            }

            total += Avx2.MultiplyAddAdjacent(sum, Vector256<short>.One);
        }

        return total;
    }
}
