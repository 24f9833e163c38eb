using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Tests.Codecs;

/// <summary>Encodes and scores whole sets of vectors.</summary>
internal static class CodecBlocks
{
    /// <param name="codec">What to encode with.</param>
    /// <param name="vectors">Row-major.</param>
    public static byte[] Encode(Codec codec, ReadOnlySpan<float> vectors)
    {
        var rows = vectors.Length / codec.Dimension;
        var blocks = new byte[Codec.BlockCount(rows) * codec.BlockBytes];
        for (var row = 0; row < rows; row++)
        {
            var block = blocks.AsSpan(row / Codec.RowsPerBlock * codec.BlockBytes, codec.BlockBytes);
            codec.Encode(vectors.Slice(row * codec.Dimension, codec.Dimension), block, row % Codec.RowsPerBlock);
        }

        return blocks;
    }

    public static float[] Score(Codec codec, byte[] blocks, int rows, ReadOnlySpan<float> query)
    {
        var scores = new float[rows];
        codec.Score(codec.Prepare(query), blocks, scores);
        return scores;
    }
}
