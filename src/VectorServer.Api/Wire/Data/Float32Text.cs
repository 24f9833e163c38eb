using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace VectorServer.Api.Wire.Data;

/// <summary>Reads JSON numbers as float32, several times faster than the framework and to the same bit.</summary>
/// <remarks>
/// Digits become an integer, then a double a few units off at most, then a float32. Rounding twice differs from rounding once only
/// where the double lies next to the middle between two floats; there, and for rare forms, the framework's parser decides.
/// </remarks>
internal static class Float32Text
{
    private const int DigitsMax = 18; // any 18 digits fit a signed integer, which converts faster than an unsigned one
    private const int ExponentMax = 40; // reaches the smallest normal float32 with few digits; longer ones are rare
    private const int WrittenExponentMax = 1 << 29; // far more than the digits of any body; larger ones are not told apart

    // A double has 29 bits more than a float32. The digits' rounding, the power's own and the product's add up to less than 4 units.
    private const int SpareBits = (1 << 29) - 1;
    private const int Middle = 1 << 28;
    private const int UnitsOffMax = 8;

    private const double NormalMin = 1.17549435e-38;
    private const double SafeMax = 3.4e38; // just below the largest float32

    private static readonly double[] Powers =
        [.. Enumerable.Range(-ExponentMax, (2 * ExponentMax) + 1).Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture))];

    private static ReadOnlySpan<uint> PowersOfTen => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

    /// <param name="text">A number by the grammar of JSON; the caller's reader has checked it.</param>
    /// <returns>The nearest float32; infinite where the number is too large for one.</returns>
    public static float Parse(ReadOnlySpan<byte> text)
    {
        var position = 0;
        return TryScan(text, ref position, out var value) && position == text.Length ? value : ParseExactly(text);
    }

    /// <summary>Reads the number at <paramref name="position"/> and moves behind it; what follows is the caller's to check.</summary>
    /// <returns>False, without moving, where no number by the grammar of JSON begins.</returns>
    public static bool TryScan(ReadOnlySpan<byte> json, ref int position, out float value)
    {
        value = 0;
        var i = position;
        var minus = At(json, i) == '-' ? 1 : 0; // signs are random: without a branch, none is guessed wrong
        i += minus;

        // Step 1: digits, read as an integer that wraps around where they are too many
        var firstDigit = i;
        ulong mantissa = 0;
        for (uint digit; (digit = (uint)(At(json, i) - '0')) <= 9; i++)
            mantissa = (mantissa * 10) + digit;
        var digits = i - firstDigit;
        if (digits == 0 || (digits > 1 && json[firstDigit] == '0'))
            return false;

        var exponent = 0;
        if (At(json, i) == '.')
        {
            var firstDecimal = i + 1;
            i = ScanDigits(json, firstDecimal, ref mantissa);
            exponent = firstDecimal - i;
            if (exponent == 0)
                return false;
            digits -= exponent;
        }

        // Step 2: exponent
        if ((At(json, i) | 0x20) == 'e' && !TryScanExponent(json, ref i, ref exponent))
            return false;

        // Step 3: rounding
        var text = json[position..i];
        var fits = digits <= DigitsMax || digits - LeadingZeros(text) <= DigitsMax;
        if (fits && TryRound((long)mantissa, exponent, out var magnitude))
            value = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(magnitude) | ((uint)minus << 31));
        else
            value = ParseExactly(text);
        position = i;
        return true;
    }

    private static int At(ReadOnlySpan<byte> json, int i) => (uint)i < (uint)json.Length ? json[i] : -1;

    /// <summary>Appends the digits from <paramref name="i"/> on to the integer, up to eight at once, and returns where they end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ScanDigits(ReadOnlySpan<byte> json, int i, ref ulong mantissa)
    {
        while (json.Length - i >= sizeof(ulong))
        {
            // A byte's high bit is set below where it is no digit. A carry spoils only what is behind the first such byte.
            var digits = BinaryPrimitives.ReadUInt64LittleEndian(json[i..]) ^ 0x3030_3030_3030_3030;
            var others = ((digits + 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
            if (others == 0)
            {
                mantissa = (mantissa * 100_000_000) + EightDigits(digits);
                i += sizeof(ulong);
                continue;
            }

            // How many digits come last is as good as random, and so found without a branch, none of them included. Two shifts, as
            // the processor takes one by 64 for none.
            var bits = BitOperations.TrailingZeroCount(others) & ~7;
            mantissa = (mantissa * PowersOfTen[bits / 8]) + EightDigits(digits << (56 - bits) << 8);
            return i + (bits / 8);
        }

        for (uint digit; (digit = (uint)(At(json, i) - '0')) <= 9; i++)
            mantissa = (mantissa * 10) + digit;
        return i;
    }

    /// <summary>The number of eight digits, each a byte's value, the first in the lowest byte: neighbours are joined to pairs, pairs to fours, fours to eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint EightDigits(ulong digits)
    {
        const ulong EverySecondPair = 0x0000_00FF_0000_00FF;
        const ulong EvenWeights = 100 + (1_000_000UL << 32);
        const ulong OddWeights = 1 + (10_000UL << 32);
        var pairs = (digits * 10) + (digits >> 8);
        return (uint)((((pairs & EverySecondPair) * EvenWeights) + (((pairs >> 16) & EverySecondPair) * OddWeights)) >> 32);
    }

    private static bool TryScanExponent(ReadOnlySpan<byte> json, ref int i, ref int exponent)
    {
        i++;
        var isNegative = At(json, i) == '-';
        if (isNegative || At(json, i) == '+')
            i++;

        var first = i;
        var written = 0;
        for (; (uint)(At(json, i) - '0') <= 9; i++)
            written = (int)Math.Min((written * 10L) + (json[i] - '0'), WrittenExponentMax);
        exponent += isNegative ? -written : written;
        return i > first;
    }

    private static int LeadingZeros(ReadOnlySpan<byte> number)
    {
        var zeros = 0;
        foreach (var c in number)
        {
            if (c == '0')
                zeros++;
            else if (c is not ((byte)'-' or (byte)'.'))
                break;
        }

        return zeros;
    }

    /// <summary><c>mantissa * 10^exponent</c>; false where only the framework's parser is sure of the last bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRound(long mantissa, int exponent, out float value)
    {
        value = 0;
        if ((uint)(exponent + ExponentMax) > 2 * ExponentMax)
            return false;

        var number = mantissa * Powers[exponent + ExponentMax];
        value = (float)number;
        return (number is >= NormalMin and <= SafeMax && !IsNearMiddle(number)) || mantissa == 0;
    }

    private static bool IsNearMiddle(double value)
    {
        var spare = (int)(BitConverter.DoubleToInt64Bits(value) & SpareBits);
        return (uint)(spare - (Middle - UnitsOffMax)) <= 2 * UnitsOffMax;
    }

    private static float ParseExactly(ReadOnlySpan<byte> text) => float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
