using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Pq;

/// <summary>Ranks blocks of product-quantised codes; see <see cref="PqLayout"/> for their bytes and <see cref="PqQuery"/> for the formula.</summary>
internal static partial class PqScore
{
    // Sums of 257 bytes fit 16 bits.
    private const int SubVectorsPerSum = 256;

    /// <param name="query">The prepared query; its layout is that of the blocks.</param>
    /// <param name="blocks">Whole blocks; only read.</param>
    /// <param name="scores">Out: one per row, higher is nearer; up to 15 rows of the last block may be left off.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <remarks>Every path computes the same integers and rounds the same way: the scores are equal to the last bit.</remarks>
    public static void Blocks(PqQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        BlockScores.Check(blocks, query.Layout.BlockBytes, scores.Length);
        if (Avx512Vbmi.IsSupported)
            BlocksVbmi(query, blocks, scores);
        else if (Avx2.IsSupported)
            BlocksAvx2(query, blocks, scores);
        else
            BlocksScalar(query, blocks, scores);
    }

    /// <summary>
    /// Four blocks at a time: a sub-vector's 256 bytes are in four registers, VPERMI2B looks 64 codes up in two of them, the code's top
    /// bit chooses the upper two. Requires AVX-512 VBMI.
    /// </summary>
    internal static unsafe void BlocksVbmi(PqQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        var layout = query.Layout;

        // The entry has checked that blocks holds BlockBytes for each 16 scores begun; a layout never points beyond its block. Places
        // of blocks that are not there read the first one again.
        fixed (byte* start = blocks)
        {
            for (var row = 0; row < scores.Length; row += 4 * Codec.RowsPerBlock)
            {
                var there = BlockCodec.BlockCount(scores.Length - row);
                var first = start + (nint)(row / Codec.RowsPerBlock) * layout.BlockBytes;
                var second = there > 1 ? first + layout.BlockBytes : first;
                var third = there > 2 ? second + layout.BlockBytes : first;
                var fourth = there > 3 ? third + layout.BlockBytes : first;
                Vector512<int> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
                for (var sub = 0; sub < layout.SubVectors; sub += SubVectorsPerSum)
                {
                    var end = Math.Min(layout.SubVectors, sub + SubVectorsPerSum);
                    var (low, high) = Sums(query.Table.Bytes, sub, end, first, second, third, fourth);
                    sum0 += Rows(low.GetLower().GetLower(), high.GetLower().GetLower());
                    sum1 += Rows(low.GetLower().GetUpper(), high.GetLower().GetUpper());
                    sum2 += Rows(low.GetUpper().GetLower(), high.GetUpper().GetLower());
                    sum3 += Rows(low.GetUpper().GetUpper(), high.GetUpper().GetUpper());
                }

                Finish(query, first, sum0, scores, row);
                Finish(query, second, sum1, scores, row + Codec.RowsPerBlock);
                Finish(query, third, sum2, scores, row + 2 * Codec.RowsPerBlock);
                Finish(query, fourth, sum3, scores, row + 3 * Codec.RowsPerBlock);
            }
        }
    }

    /// <summary>Sums of up to 256 sub-vectors: rows 0..7 of the four blocks, and rows 8..15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe (Vector512<ushort> Low, Vector512<ushort> High) Sums(
        byte[] bytes, int sub, int end, byte* first, byte* second, byte* third, byte* fourth)
    {
        var even = Vector512<ushort>.Zero;
        var odd = Vector512<ushort>.Zero;
        ref var table = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(bytes), sub * ProductQuantizer.Centroids);
        for (; sub < end; sub++)
        {
            var at = sub * Codec.RowsPerBlock;
            var codes = Vector512.Create(
                Vector256.Create(Vector128.Load(first + at), Vector128.Load(second + at)),
                Vector256.Create(Vector128.Load(third + at), Vector128.Load(fourth + at)));
            var looked = Lookup(ref table, codes).AsUInt16();
            even += looked & Vector512.Create((ushort)0xFF);
            odd += looked >>> 8;
            table = ref Unsafe.Add(ref table, ProductQuantizer.Centroids);
        }

        return (Avx512BW.UnpackLow(even, odd), Avx512BW.UnpackHigh(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Lookup(ref byte table, Vector512<byte> codes) => Avx512BW.BlendVariable(
        Avx512Vbmi.PermuteVar64x8x2(Vector512.LoadUnsafe(ref table), codes, Vector512.LoadUnsafe(ref table, 64)),
        Avx512Vbmi.PermuteVar64x8x2(Vector512.LoadUnsafe(ref table, 128), codes, Vector512.LoadUnsafe(ref table, 192)),
        codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Rows(Vector128<ushort> low, Vector128<ushort> high) =>
        Avx512F.ConvertToVector512Int32(Vector256.Create(low, high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Finish(PqQuery query, byte* block, Vector512<int> sum, Span<float> scores, int row) => BlockScores.Store(
        query.Formula.Rank(sum - Vector512.Create(query.Table.Zero), ref *(block + query.Layout.Side.Offset)), scores, row);
}
