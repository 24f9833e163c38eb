using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Pq;

internal static partial class PqScore
{
    private const int RowsPerHalf = Codec.RowsPerBlock / 2;

    /// <summary>Gathers the bytes of 8 rows at once, where AVX-512 VBMI is missing. Requires AVX2.</summary>
    internal static unsafe void BlocksAvx2(PqQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        var layout = query.Layout;

        // The entry has checked that blocks holds BlockBytes for each 16 scores begun. A gather reads four bytes from one of the 256 of
        // its sub-vector on, whatever the code; the table is padded for that.
        fixed (byte* start = blocks)
        fixed (byte* table = query.Table.Bytes)
        {
            for (var row = 0; row < scores.Length; row += RowsPerHalf)
            {
                var block = start + (nint)(row / Codec.RowsPerBlock) * layout.BlockBytes;
                var half = row % Codec.RowsPerBlock;
                var sum = Vector256<int>.Zero;
                for (var sub = 0; sub < layout.SubVectors; sub++)
                {
                    var codes = Avx2.ConvertToVector256Int32(block + sub * Codec.RowsPerBlock + half);
                    sum += Avx2.GatherVector256((int*)(table + sub * ProductQuantizer.Centroids), codes, 1) & Vector256.Create(0xFF);
                }

                var dot = sum - Vector256.Create(query.Table.Zero);
                BlockScores.Store(query.Formula.Rank(dot, ref *(block + layout.Side.Offset + half * sizeof(float))), scores, row);
            }
        }
    }
}
