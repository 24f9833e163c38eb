using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Tests.Codecs;

/// <summary>Encodes and scores whole sets of vectors.</summary>
internal static class CodecBlocks
{
    /// <param name="codec">What to encode with.</param>
    /// <param name="vectors">Row-major.</param>
    public static byte[] Encode(BlockCodec codec, ReadOnlySpan<float> vectors)
    {
        var rows = vectors.Length / codec.Dimension;
        var blocks = new byte[BlockCodec.BlockCount(rows) * codec.BlockBytes];
        for (var row = 0; row < rows; row++)
        {
            var block = blocks.AsSpan(row / Codec.RowsPerBlock * codec.BlockBytes, codec.BlockBytes);
            codec.Encode(vectors.Slice(row * codec.Dimension, codec.Dimension), block, row % Codec.RowsPerBlock);
        }

        return blocks;
    }

    /// <summary>Estimated ranks in the metric's unit: higher is nearer.</summary>
    public static double[] Score(BlockCodec codec, byte[] blocks, int rows, ReadOnlySpan<float> query)
    {
        var ranks = new float[rows];
        var prepared = codec.Prepare(query) ?? throw new ArgumentException("The query has no place in the space.");
        codec.Score(prepared, blocks, ranks);
        return Array.ConvertAll(ranks, rank => prepared.Shape.Scale.ToMetric(rank));
    }
}
