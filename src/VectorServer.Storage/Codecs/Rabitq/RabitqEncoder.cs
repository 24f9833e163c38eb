using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <summary>Writes codes of residuals. Not thread-safe: holds what a row needs on the way.</summary>
internal sealed class RabitqEncoder(RabitqLayout layout)
{
    private const double RoundUp = 1 + 1e-6;

    // Steps tried, as shares of the one that suits coordinates that are normally distributed; from the middle on, as long as they do better.
    private static readonly float[] Shares = [0.45f, 0.53f, 0.62f, 0.72f, 0.8f, 0.88f, 0.95f, 1.02f, 1.1f, 1.2f, 1.35f, 1.6f, 1.9f, 2.3f];

    private readonly byte[] _levels = new byte[Math.Max(layout.Loads * RabitqLayout.CoordinatesPerLoad, layout.Chunks * layout.Fields * RabitqLayout.ChunkBytes)];

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
        SetLevels(residual, inverse);
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

    private void SetLevels(ReadOnlySpan<float> residual, float inverse)
    {
        var (half, most) = ((float)(layout.Levels / 2), (float)(layout.Levels - 1));
        var at = 0;
        for (; at + 16 <= residual.Length; at += 16)
        {
            var level = Vector512.ConvertToInt32(Level(Vector512.Create(residual.Slice(at, 16)), inverse, half, most));
            var narrow = Vector256.Narrow(level.GetLower(), level.GetUpper());
            Vector128.Narrow(narrow.GetLower(), narrow.GetUpper()).AsByte().CopyTo(_levels, at);
        }

        for (; at < residual.Length; at++)
            _levels[at] = (byte)Math.Clamp(MathF.Floor(residual[at] * inverse + half), 0, most);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Level(Vector512<float> values, float inverse, float half, float most) =>
        Vector512.MinNative(Vector512.MaxNative(Vector512.Floor(values * inverse + Vector512.Create(half)), default), Vector512.Create(most));

    private void WritePlane(Span<byte> plane, int bit, int lane)
    {
        const uint Lowest = 0x01010101;
        const uint Together = 0x01020408; // brings the lowest bits of four bytes into the upper byte
        var shift = lane / 16 * 4;
        var at = RabitqLayout.ByteOf(lane);
        foreach (var group in MemoryMarshal.Cast<byte, uint>(_levels.AsSpan(0, layout.Loads * RabitqLayout.CoordinatesPerLoad)))
        {
            var signs = (((group >> bit) & Lowest) * Together) >> 24;
            plane[at] |= (byte)(signs << shift);
            at += 16;
        }
    }

    private void WriteLows(ReadOnlySpan<float> residual, double square, Span<byte> lows)
    {
        var mask = Vector256.Create((byte)((1 << layout.Low) - 1));
        for (var chunk = 0; chunk < layout.Chunks; chunk++)
        {
            var bits = Vector256<byte>.Zero;
            for (var field = 0; field < layout.Fields; field++)
                bits |= (Vector256.Create(_levels, (chunk * layout.Fields + field) * RabitqLayout.ChunkBytes) & mask) << (field * layout.Low);
            bits.CopyTo(lows[(chunk * RabitqLayout.ChunkBytes)..]);
        }

        var kept = KeptOf(residual, square, dropped: 0);
        MemoryMarshal.Cast<byte, float>(lows[layout.LowSideOffset..])[0] = kept.Factor;
        MemoryMarshal.Cast<byte, float>(lows[layout.LowSideOffset..])[1] = kept.Error;
    }

    /// <summary>What the upper bits of the levels keep.</summary>
    private Kept KeptOf(ReadOnlySpan<float> residual, double square, int dropped)
    {
        var middle = ((layout.Levels >> dropped) - 1) / 2f;
        Vector512<double> products = default, squares = default;
        var at = 0;
        for (; at + 8 <= residual.Length; at += 8)
        {
            var levels = Vector256.Create(
                _levels[at] >> dropped, _levels[at + 1] >> dropped, _levels[at + 2] >> dropped, _levels[at + 3] >> dropped,
                _levels[at + 4] >> dropped, _levels[at + 5] >> dropped, _levels[at + 6] >> dropped, _levels[at + 7] >> dropped);
            var values = Widen(Vector256.ConvertToSingle(levels) - Vector256.Create(middle));
            products += values * Widen(Vector256.Create(residual.Slice(at, 8)));
            squares += values * values;
        }

        double product = Vector512.Sum(products), codeSquare = Vector512.Sum(squares);
        for (; at < residual.Length; at++)
        {
            var value = (_levels[at] >> dropped) - middle;
            product += (double)value * residual[at];
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
        var best = Shares.Length / 2;
        var cosine = CosineOf(residual, unit * Shares[best]);
        foreach (var direction in (ReadOnlySpan<int>)[-1, 1])
        {
            var started = best;
            for (var next = best + direction; next >= 0 && next < Shares.Length; next += direction)
            {
                var other = CosineOf(residual, unit * Shares[next]);
                if (!(other > cosine))
                    break;
                (best, cosine) = (next, other);
            }

            if (best != started)
                break; // it is worse on the other side
        }

        return unit * Shares[best];
    }

    private double CosineOf(ReadOnlySpan<float> residual, float step)
    {
        var (product, codeSquare) = Fit(residual, 1 / step);
        return product / Math.Sqrt(codeSquare);
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
            var code = Level(value, inverse, half, most) - Vector512.Create(middle);
            products = Vector512.FusedMultiplyAdd(code, value, products);
            squares = Vector512.FusedMultiplyAdd(code, code, squares);
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

    private static Vector512<double> Widen(Vector256<float> values) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Double(values)
        : Vector512.Create(Widen(values.GetLower()), Widen(values.GetUpper()));

    private static Vector256<double> Widen(Vector128<float> values) => Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));
}
