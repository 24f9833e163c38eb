using System.Runtime.InteropServices;

namespace VectorServer.Storage.Codecs.Pq;

internal static partial class PqScore
{
    /// <summary>The definition, one row after another.</summary>
    internal static void BlocksScalar(PqQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        var layout = query.Layout;
        for (var row = 0; row < scores.Length; row++)
        {
            var block = blocks.Slice(row / Codec.RowsPerBlock * layout.BlockBytes, layout.BlockBytes);
            var rowInBlock = row % Codec.RowsPerBlock;
            var factor = MemoryMarshal.Cast<byte, float>(block[layout.FactorOffset..])[rowInBlock];
            var bias = MemoryMarshal.Cast<byte, float>(block[layout.BiasOffset..])[rowInBlock];
            var dot = Sum(query, block, rowInBlock) - query.Table.Zero;
            scores[row] = dot * factor * query.Multiplier + (bias * query.BiasWeight + query.Offset);
            if (!layout.HasLength)
                continue;

            var length = MemoryMarshal.Cast<byte, float>(block[layout.LengthOffset..])[rowInBlock];
            scores[row] += length * (query.LengthWeight - length * query.LengthSquareWeight);
        }
    }

    private static int Sum(PqQuery query, ReadOnlySpan<byte> block, int rowInBlock)
    {
        var sum = 0;
        for (var sub = 0; sub < query.Layout.SubVectors; sub++)
            sum += query.Table.Bytes[sub * ProductQuantizer.Centroids + block[sub * Codec.RowsPerBlock + rowInBlock]];
        return sum;
    }
}
