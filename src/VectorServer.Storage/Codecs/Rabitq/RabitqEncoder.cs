using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>Writes codes of residuals. Not thread-safe: holds what a row needs on the way.</summary>
internal sealed class RabitqEncoder(RabitqLayout layout)
{
    private const double RoundUp = 1 + 1e-6;

    // Steps tried, as shares of the one that suits coordinates that are normally distributed.
    private static readonly float[] Shares = [0.62f, 0.72f, 0.8f, 0.88f, 0.95f, 1.02f, 1.1f, 1.2f, 1.35f, 1.6f];

    private readonly byte[] _levels = new byte[layout.Coordinates];

    /// <summary>A residual's square, and what its code keeps of it.</summary>
    /// <param name="Square"><c>r.r</c>.</param>
    /// <param name="Factor">Undoes what the planes have lost.</param>
    /// <param name="Error">The length of what is left.</param>
    private readonly record struct Kept(float Square, float Factor, float Error);

    /// <summary>Writes the code of a row; its side last, so that a search takes no notice of it until then.</summary>
    /// <param name="residual">Rotated, without its centre; <c>[Coordinates]</c>.</param>
    /// <param name="block">The row's block.</param>
    /// <param name="lows">The lower bits of the row; empty without any.</param>
    /// <param name="lane">The row's place in the block.</param>
    /// <returns>The residual's length.</returns>
    public float Encode(ReadOnlySpan<float> residual, Span<byte> block, Span<byte> lows, int lane)
    {
        var square = Direction.Square(residual);
        var inverse = 1 / ChooseStep(residual, square);
        var half = layout.Levels / 2;
        for (var i = 0; i < residual.Length; i++)
            _levels[i] = (byte)Math.Clamp(MathF.Floor(residual[i] * inverse + half), 0, layout.Levels - 1);
        for (var plane = 0; plane < layout.Planes; plane++)
            WritePlane(block[(plane * layout.Loads * RabitqLayout.LoadBytes)..], layout.Planes + layout.Low - 1 - plane, lane);
        if (layout.Low > 0)
            WriteLows(residual, square, lows);
        var side = MemoryMarshal.Cast<byte, float>(block[layout.SideOffset..]);
        var kept = KeptOf(residual, square, layout.Low);
        side[lane] = kept.Factor;
        if (layout.HasError)
            side[2 * RabitqLayout.Rows + lane] = kept.Error;
        Volatile.Write(ref side[RabitqLayout.Rows + lane], kept.Square);
        return MathF.BitIncrement((float)(Math.Sqrt(square) * RoundUp));
    }

    private void WritePlane(Span<byte> plane, int bit, int lane)
    {
        var shift = lane / 16 * 4;
        for (var group = 0; group * RabitqLayout.GroupCoordinates < _levels.Length; group++)
        {
            var signs = 0;
            var first = group * RabitqLayout.GroupCoordinates;
            for (var i = 0; i < RabitqLayout.GroupCoordinates && first + i < _levels.Length; i++)
                signs |= ((_levels[first + i] >> bit) & 1) << i;
            plane[group * 16 + RabitqLayout.ByteOf(lane)] |= (byte)(signs << shift);
        }
    }

    private void WriteLows(ReadOnlySpan<float> residual, double square, Span<byte> lows)
    {
        lows.Clear();
        for (var i = 0; i < _levels.Length; i++)
        {
            var (chunk, place) = Math.DivRem(i, RabitqLayout.ChunkBytes * layout.Fields);
            lows[chunk * RabitqLayout.ChunkBytes + place % RabitqLayout.ChunkBytes] |=
                (byte)((_levels[i] & ((1 << layout.Low) - 1)) << (place / RabitqLayout.ChunkBytes * layout.Low));
        }

        var kept = KeptOf(residual, square, dropped: 0);
        MemoryMarshal.Cast<byte, float>(lows[layout.LowSideOffset..])[0] = kept.Factor;
        MemoryMarshal.Cast<byte, float>(lows[layout.LowSideOffset..])[1] = kept.Error;
    }

    /// <summary>What the upper bits of the levels keep.</summary>
    private Kept KeptOf(ReadOnlySpan<float> residual, double square, int dropped)
    {
        var middle = ((layout.Levels >> dropped) - 1) / 2f;
        double product = 0, codeSquare = 0;
        for (var i = 0; i < residual.Length; i++)
        {
            var value = (_levels[i] >> dropped) - middle;
            product += value * residual[i];
            codeSquare += value * value;
        }

        if (!(product > 0))
            return new Kept((float)square, 0, (float)(Math.Sqrt(square) * RoundUp));
        var factor = square / product;
        return new Kept((float)square, (float)factor, (float)(Math.Sqrt(Math.Max(0, factor * factor * codeSquare - square)) * RoundUp));
    }

    /// <summary>The step whose code points nearest to the residual.</summary>
    private float ChooseStep(ReadOnlySpan<float> residual, double square)
    {
        var root = (float)Math.Sqrt(square / residual.Length);
        if (!(root > 0))
            return 1;
        var unit = root * UnitOf(layout.Planes + layout.Low);
        var (best, bestCosine) = (unit, double.NegativeInfinity);
        foreach (var share in Shares)
        {
            var (product, codeSquare) = Fit(residual, 1 / (unit * share));
            var cosine = product / Math.Sqrt(codeSquare);
            if (cosine > bestCosine)
                (best, bestCosine) = (unit * share, cosine);
        }

        return best;
    }

    /// <summary>The step of a uniform quantizer with the least error for a normal distribution of deviation 1 (Max, 1960).</summary>
    private static float UnitOf(int bits) => bits switch { 1 => 1.596f, 2 => 0.996f, 3 => 0.586f, 4 => 0.335f, 5 => 0.188f, _ => 0.105f };

    private (double Product, double CodeSquare) Fit(ReadOnlySpan<float> residual, float inverse)
    {
        var (half, most, middle) = ((float)(layout.Levels / 2), (float)(layout.Levels - 1), (layout.Levels - 1) / 2f);
        Vector512<float> products = default, squares = default;
        var at = 0;
        for (; at + 16 <= residual.Length; at += 16)
        {
            var value = Vector512.Create(residual.Slice(at, 16));
            var level = Vector512.Floor(value * inverse + Vector512.Create(half));
            var code = Vector512.Min(Vector512.Max(level, default), Vector512.Create(most)) - Vector512.Create(middle);
            products += code * value;
            squares += code * code;
        }

        double product = Vector512.Sum(products), square = Vector512.Sum(squares);
        for (; at < residual.Length; at++)
        {
            var code = Math.Clamp(MathF.Floor(residual[at] * inverse + half), 0, most) - middle;
            product += code * residual[at];
            square += code * code;
        }

        return (product, square);
    }
}
