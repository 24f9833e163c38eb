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
            var dot = Sum(query, block, rowInBlock) - query.Table.Zero;
            scores[row] = query.Formula.Rank(dot, block[layout.Side.Offset..], rowInBlock);
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
