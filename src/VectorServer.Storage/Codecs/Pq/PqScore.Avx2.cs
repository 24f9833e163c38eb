using System.Runtime.CompilerServices;
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
        Span<float> last = stackalloc float[RowsPerHalf];

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

                var score = Finish(query, layout, (float*)(block + layout.FactorOffset) + half, sum);
                if (row + RowsPerHalf <= scores.Length)
                {
                    score.CopyTo(scores[row..]);
                }
                else
                {
                    score.CopyTo(last);
                    last[..(scores.Length - row)].CopyTo(scores[row..]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<float> Finish(PqQuery query, PqLayout layout, float* side, Vector256<int> sum)
    {
        var dot = sum - Vector256.Create(query.Table.Zero);
        var factor = Vector256.Load(side);
        var bias = Vector256.Load(side + Codec.RowsPerBlock);
        var score = Vector256.ConvertToSingle(dot) * factor * query.Multiplier + (bias * query.BiasWeight + Vector256.Create(query.Offset));
        if (!layout.HasLength)
            return score;

        var length = Vector256.Load(side + 2 * Codec.RowsPerBlock);
        return score + length * (Vector256.Create(query.LengthWeight) - length * query.LengthSquareWeight);
    }
}
