using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs;

/// <summary>How a kernel's integers become ranks, the same for every code: <c>multiplier * factor * dot + weight * bias + offset</c>.</summary>
/// <param name="Multiplier">What one step of a kernel's integer is worth.</param>
/// <param name="BiasWeight">Weight of the rows' bias.</param>
/// <param name="Offset">What belongs to the query alone.</param>
/// <remarks>The forms round alike, in the same order: their ranks are equal to the last bit.</remarks>
internal readonly record struct RankFormula(float Multiplier, float BiasWeight, float Offset)
{
    /// <param name="dot">The kernel's integer of one row.</param>
    /// <param name="side">The block from its <see cref="BlockSide"/> on.</param>
    /// <param name="rowInBlock">0..15.</param>
    public float Rank(int dot, ReadOnlySpan<byte> side, int rowInBlock)
    {
        var values = MemoryMarshal.Cast<byte, float>(side);
        return dot * values[rowInBlock] * Multiplier + (values[Codec.RowsPerBlock + rowInBlock] * BiasWeight + Offset);
    }

    /// <param name="dot">The kernel's integers of 8 rows.</param>
    /// <param name="side">The factor of the first of them, in a whole <see cref="BlockSide"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Rank(Vector256<int> dot, ref byte side)
    {
        var factor = Vector256.LoadUnsafe(ref side).AsSingle();
        var bias = Vector256.LoadUnsafe(ref side, BlockSide.PartBytes).AsSingle();
        return Vector256.ConvertToSingle(dot) * factor * Multiplier + (bias * BiasWeight + Vector256.Create(Offset));
    }

    /// <param name="dot">The kernel's integers of a block.</param>
    /// <param name="side">The block's <see cref="BlockSide"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Rank(Vector512<int> dot, ref byte side)
    {
        var factor = Vector512.LoadUnsafe(ref side).AsSingle();
        var bias = Vector512.LoadUnsafe(ref side, BlockSide.PartBytes).AsSingle();
        return Vector512.ConvertToSingle(dot) * factor * Multiplier + (bias * BiasWeight + Vector512.Create(Offset));
    }
}
