using System.Runtime.InteropServices;

namespace VectorServer.Storage.Codecs.Spectral;

internal static partial class SpectralScore
{
    /// <summary>The definition, one row after another.</summary>
    internal static void BlocksScalar(SpectralQuery query, ReadOnlySpan<byte> blocks, Span<float> scores)
    {
        var layout = query.Layout;
        for (var row = 0; row < scores.Length; row++)
        {
            var block = blocks.Slice(row / Codec.RowsPerBlock * layout.BlockBytes, layout.BlockBytes);
            var rowInBlock = row % Codec.RowsPerBlock;
            var sum = MemoryMarshal.Cast<byte, int>(block[layout.SumOffset..])[rowInBlock];
            var dot = Products(query, block, rowInBlock) - SpectralQuery.Zero * sum;
            scores[row] = query.Formula.Rank(dot, block[layout.Side.Offset..], rowInBlock);
        }
    }

    /// <summary>Sum of query byte times code over the lanes of one row.</summary>
    private static int Products(SpectralQuery query, ReadOnlySpan<byte> block, int rowInBlock)
    {
        var layout = query.Layout;
        var products = 0;
        var group = 0;
        for (var page = 0; page < layout.Pages; page++)
        {
            var table = query.Table.AsSpan(page * SpectralQuery.PageBytes, SpectralQuery.PageBytes);
            for (var end = group + layout.GroupsPerPage[page]; group < end; group++)
            {
                var lanes = block.Slice(group * SpectralLayout.GroupBytes + rowInBlock * SpectralLayout.LanesPerGroup);
                for (var lane = 0; lane < SpectralLayout.LanesPerGroup; lane++)
                {
                    var index = lanes[lane];
                    products += table[index] * (sbyte)lanes[SpectralLayout.PartBytes + lane];
                    products += table[SpectralLayout.SlotsPerPageMax + index] * (sbyte)lanes[2 * SpectralLayout.PartBytes + lane];
                }
            }
        }

        return products;
    }
}
