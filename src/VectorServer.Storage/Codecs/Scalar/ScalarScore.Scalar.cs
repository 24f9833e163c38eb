using System.Runtime.InteropServices;

namespace VectorServer.Storage.Codecs.Scalar;

internal static partial class ScalarScore
{
    /// <summary>The definition, one row after another.</summary>
    internal static void BlocksScalar(ScalarQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        var layout = query.Layout;
        for (var row = 0; row < scores.Length; row++)
        {
            var block = blocks.Slice(row / Codec.RowsPerBlock * layout.BlockBytes, layout.BlockBytes);
            var rowInBlock = row % Codec.RowsPerBlock;
            var dot = 2 * Products(query, block, rowInBlock) - query.Zero;
            scores[row] = query.Formula.Rank(dot, block[layout.Side.Offset..], rowInBlock);
        }
    }

    /// <summary>Sum of level times query byte over the coordinates of one row.</summary>
    private static int Products(ScalarQuery query, ReadOnlySpan<byte> block, int rowInBlock)
    {
        var layout = query.Layout;
        var mask = (1 << layout.Bits) - 1;
        var table = MemoryMarshal.Cast<int, sbyte>(query.Table.AsSpan());
        var sum = 0;
        for (var group = 0; group < layout.Groups; group++)
        {
            var lane = block.Slice(group * ScalarLayout.GroupBytes + rowInBlock * ScalarLayout.LaneBytes, ScalarLayout.LaneBytes);
            for (var i = 0; i < layout.CoordinatesPerGroup; i++)
            {
                var level = lane[i % ScalarLayout.LaneBytes] >> (i / ScalarLayout.LaneBytes * layout.Bits) & mask;
                sum += level * table[group * layout.CoordinatesPerGroup + i];
            }
        }

        return sum;
    }
}
