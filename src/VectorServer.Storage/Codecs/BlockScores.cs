using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs;

/// <summary>What the kernels of all codes share about blocks and the scores of their rows.</summary>
internal static class BlockScores
{
    /// <summary>Kernels read without bounds checks: the blocks must be as many as the scores need.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void Check(ReadOnlySpan<byte> blocks, int blockBytes, int rows)
    {
        var count = BlockCodec.BlockCount(rows);
        if (blocks.Length != (long)count * blockBytes)
            throw new ArgumentException($"{rows} rows are {count} blocks of {blockBytes} bytes, not {blocks.Length} bytes.");
    }

    /// <summary>Writes the scores of a block; of the last one only those that are asked for.</summary>
    /// <param name="values">Scores of consecutive rows.</param>
    /// <param name="scores">Scores of all rows.</param>
    /// <param name="row">The first of them; may lie beyond the last.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, Span<float> scores, int row)
    {
        if (row + Vector512<float>.Count <= scores.Length)
            values.CopyTo(scores[row..]);
        else if (row < scores.Length)
            StoreSome(values, scores[row..]);
    }

    /// <inheritdoc cref="Store(Vector512{float}, Span{float}, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> values, Span<float> scores, int row)
    {
        if (row + Vector256<float>.Count <= scores.Length)
            values.CopyTo(scores[row..]);
        else if (row < scores.Length)
            StoreSome(Vector512.Create(values, values), scores[row..]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreSome(Vector512<float> values, Span<float> scores)
    {
        Span<float> all = stackalloc float[Vector512<float>.Count];
        values.CopyTo(all);
        all[..scores.Length].CopyTo(scores);
    }
}
