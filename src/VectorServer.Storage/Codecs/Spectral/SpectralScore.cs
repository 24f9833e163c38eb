using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Spectral;

/// <summary>Ranks blocks of spectral codes; see <see cref="SpectralLayout"/> for their bytes and <see cref="SpectralQuery"/> for the formula.</summary>
internal static partial class SpectralScore
{
    /// <param name="query">The prepared query; its layout is that of the blocks.</param>
    /// <param name="blocks">Whole blocks; only read.</param>
    /// <param name="scores">Out: one per row, higher is nearer; up to 15 rows of the last block may be left off.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    /// <remarks>Every path computes the same integers and rounds the same way: the scores are equal to the last bit.</remarks>
    public static void Blocks(SpectralQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
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
    /// A page's 512 query bytes stay in eight registers; VPERMI2B looks 64 slots up in two of them, the index's top bit chooses the
    /// upper two. Requires AVX-512 VBMI.
    /// </summary>
    internal static void BlocksVbmi(SpectralQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        var layout = query.Layout;

        // The entry has checked that blocks holds BlockBytes for each 16 scores begun, and a layout never points beyond its block.
        Debug.Assert(query.Table.Length == layout.Pages * SpectralQuery.PageBytes);
        ref var block = ref MemoryMarshal.GetReference(blocks);
        for (var row = 0; row < scores.Length; row += Codec.RowsPerBlock)
        {
            BlockScores.Store(ScoreBlock(query, layout, ref block), scores, row);
            block = ref Unsafe.Add(ref block, layout.BlockBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ScoreBlock(SpectralQuery query, SpectralLayout layout, ref byte block)
    {
        var even = Vector512<int>.Zero;
        var odd = Vector512<int>.Zero;
        ref var group = ref block;
        ref var table = ref MemoryMarshal.GetArrayDataReference(query.Table);
        foreach (var groups in layout.GroupsPerPage)
        {
            var re0 = Vector512.LoadUnsafe(ref table);
            var re1 = Vector512.LoadUnsafe(ref table, 64);
            var re2 = Vector512.LoadUnsafe(ref table, 128);
            var re3 = Vector512.LoadUnsafe(ref table, 192);
            var im0 = Vector512.LoadUnsafe(ref table, 256);
            var im1 = Vector512.LoadUnsafe(ref table, 320);
            var im2 = Vector512.LoadUnsafe(ref table, 384);
            var im3 = Vector512.LoadUnsafe(ref table, 448);
            for (var i = 0; i < groups; i++)
            {
                var index = Vector512.LoadUnsafe(ref group);
                var re = Lookup(re0, re1, re2, re3, index);
                var im = Lookup(im0, im1, im2, im3, index);
                even += SumOfFour(re, Vector512.LoadUnsafe(ref group, SpectralLayout.PartBytes));
                odd += SumOfFour(im, Vector512.LoadUnsafe(ref group, 2 * SpectralLayout.PartBytes));
                group = ref Unsafe.Add(ref group, SpectralLayout.GroupBytes);
            }

            table = ref Unsafe.Add(ref table, SpectralQuery.PageBytes);
        }

        var dot = even + odd - Vector512.LoadUnsafe(ref Unsafe.Add(ref block, layout.SumOffset)).AsInt32() * SpectralQuery.Zero;
        return query.Formula.Rank(dot, ref Unsafe.Add(ref block, layout.Side.Offset));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Lookup(
        Vector512<byte> table0, Vector512<byte> table1, Vector512<byte> table2, Vector512<byte> table3, Vector512<byte> index) =>
        Avx512BW.BlendVariable(
            Avx512Vbmi.PermuteVar64x8x2(table0, index, table1), Avx512Vbmi.PermuteVar64x8x2(table2, index, table3), index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> SumOfFour(Vector512<byte> query, Vector512<byte> codes) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(query, codes.AsSByte()), Vector512<short>.One);
}
