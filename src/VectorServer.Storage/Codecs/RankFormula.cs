using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// How a kernel's integers become ranks, the same for every code: <c>multiplier * factor * dot + weights.dot * bias + weights.offset</c>,
/// and where rows keep their length <c>+ length * (weights.length - weights.lengthSquare * length)</c>.
/// </summary>
/// <param name="Weights">What the metric and the query ask for.</param>
/// <param name="Multiplier">What one step of a kernel's integer is worth, times the weight of products.</param>
/// <param name="HasLength">Whether rows keep their length.</param>
/// <remarks>The forms round alike, in the same order: their ranks are equal to the last bit.</remarks>
internal readonly record struct RankFormula(RankWeights Weights, float Multiplier, bool HasLength)
{
    /// <param name="dot">The kernel's integer of one row.</param>
    /// <param name="side">The block from its <see cref="BlockSide"/> on.</param>
    /// <param name="rowInBlock">0..15.</param>
    public float Rank(int dot, ReadOnlySpan<byte> side, int rowInBlock)
    {
        var values = MemoryMarshal.Cast<byte, float>(side);
        var bias = values[Codec.RowsPerBlock + rowInBlock];
        var rank = dot * values[rowInBlock] * Multiplier + (bias * Weights.Dot + Weights.Offset);
        if (!HasLength)
            return rank;

        var length = values[2 * Codec.RowsPerBlock + rowInBlock];
        return rank + length * (Weights.Length - length * Weights.LengthSquare);
    }

    /// <param name="dot">The kernel's integers of 8 rows.</param>
    /// <param name="side">The factor of the first of them, in a whole <see cref="BlockSide"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Rank(Vector256<int> dot, ref byte side)
    {
        var factor = Vector256.LoadUnsafe(ref side).AsSingle();
        var bias = Vector256.LoadUnsafe(ref side, BlockSide.PartBytes).AsSingle();
        var rank = Vector256.ConvertToSingle(dot) * factor * Multiplier + (bias * Weights.Dot + Vector256.Create(Weights.Offset));
        if (!HasLength)
            return rank;

        var length = Vector256.LoadUnsafe(ref side, 2 * BlockSide.PartBytes).AsSingle();
        return rank + length * (Vector256.Create(Weights.Length) - length * Weights.LengthSquare);
    }

    /// <param name="dot">The kernel's integers of a block.</param>
    /// <param name="side">The block's <see cref="BlockSide"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Rank(Vector512<int> dot, ref byte side)
    {
        var factor = Vector512.LoadUnsafe(ref side).AsSingle();
        var bias = Vector512.LoadUnsafe(ref side, BlockSide.PartBytes).AsSingle();
        var rank = Vector512.ConvertToSingle(dot) * factor * Multiplier + (bias * Weights.Dot + Vector512.Create(Weights.Offset));
        if (!HasLength)
            return rank;

        var length = Vector512.LoadUnsafe(ref side, 2 * BlockSide.PartBytes).AsSingle();
        return rank + length * (Vector512.Create(Weights.Length) - length * Weights.LengthSquare);
    }
}
