using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Columns;

/// <summary>Turns a column's entries into bits of rows: <c>words[row / 64]</c>, bit <c>row % 64</c>. Bits are set, never cleared.</summary>
internal static class EntryScan
{
    private const int RowsPerWord = 64;

    // Four bits as four bytes, the lowest first.
    private static ReadOnlySpan<uint> BytesOfBits =>
    [
        0x00000000, 0x00000001, 0x00000100, 0x00000101, 0x00010000, 0x00010001, 0x00010100, 0x00010101,
        0x01000000, 0x01000001, 0x01000100, 0x01000101, 0x01010000, 0x01010001, 0x01010100, 0x01010101,
    ];

    /// <summary>Sets the bits of all rows given.</summary>
    public static void Present(ReadOnlySpan<int> rows, Span<ulong> words)
    {
        var (word, bits) = (0, 0UL);
        foreach (var row in rows)
        {
            if (row >> 6 != word)
            {
                words[word] |= bits;
                (word, bits) = (row >> 6, 0);
            }

            bits |= 1UL << row;
        }

        if (bits != 0)
            words[word] |= bits;
    }

    /// <summary>Sets the bits of the rows with one value.</summary>
    public static void Equal(in ColumnEntries entries, int value, Span<ulong> words)
    {
        var values = entries.Values.AsSpan(0, entries.Count);
        if (entries.Rows is { } rows)
        {
            EqualOf(values, rows, value, words);
            return;
        }

        var row = entries.FirstRow;
        var i = 0;
        for (; i < values.Length && row % RowsPerWord != 0; i++, row++)
            words[row >> 6] |= values[i] == value ? 1UL << row : 0;
        var wanted = Vector256.Create(value);
        for (; values.Length - i >= RowsPerWord; i += RowsPerWord, row += RowsPerWord)
        {
            var bits = 0UL;
            for (var lane = 0; lane < RowsPerWord; lane += Vector256<int>.Count)
                bits |= (ulong)Vector256.Equals(Vector256.Create<int>(values.Slice(i + lane, Vector256<int>.Count)), wanted).ExtractMostSignificantBits() << lane;
            words[row >> 6] |= bits;
        }

        for (; i < values.Length; i++, row++)
            words[row >> 6] |= values[i] == value ? 1UL << row : 0;
    }

    /// <summary>Writes for each value 1 if it is within the bounds, both included, else 0. NaN is never within.</summary>
    /// <param name="values">Any numbers.</param>
    /// <param name="low">May be infinite.</param>
    /// <param name="high">May be infinite.</param>
    /// <param name="accepted">Out: one byte per value; may be longer.</param>
    public static void Between(ReadOnlySpan<double> values, double low, double high, Span<byte> accepted)
    {
        var (lows, highs) = (Vector256.Create(low), Vector256.Create(high));
        var i = 0;
        for (; values.Length - i >= Vector256<double>.Count; i += Vector256<double>.Count)
        {
            var numbers = Vector256.Create<double>(values.Slice(i, Vector256<double>.Count));
            var within = Vector256.GreaterThanOrEqual(numbers, lows) & Vector256.LessThanOrEqual(numbers, highs);
            BinaryPrimitives.WriteUInt32LittleEndian(accepted[i..], BytesOfBits[(int)within.ExtractMostSignificantBits()]);
        }

        for (; i < values.Length; i++)
            accepted[i] = values[i] >= low && values[i] <= high ? (byte)1 : (byte)0;
    }

    /// <summary>Sets the bits of the rows with a value whose byte in <paramref name="accepted"/> is 1; the others are 0.</summary>
    public static void Accepted(in ColumnEntries entries, ReadOnlySpan<byte> accepted, Span<ulong> words)
    {
        var values = entries.Values.AsSpan(0, entries.Count);
        if (entries.Rows is { } rows)
        {
            AcceptedOf(values, rows, accepted, words);
            return;
        }

        // Bits are gathered in a register for a word at a time: no branch depends on the data.
        for (var (i, row) = (0, entries.FirstRow); i < values.Length;)
        {
            var end = Math.Min(values.Length, i + RowsPerWord - (row % RowsPerWord));
            var word = row >> 6;
            var bits = 0UL;
            for (; i < end; i++, row++)
                bits |= (ulong)accepted[values[i]] << row;
            words[word] |= bits;
        }
    }

    private static void EqualOf(ReadOnlySpan<int> values, ReadOnlySpan<int> rows, int value, Span<ulong> words)
    {
        var wanted = Vector256.Create(value);
        var i = 0;
        for (; values.Length - i >= Vector256<int>.Count; i += Vector256<int>.Count)
        {
            var equal = Vector256.Equals(Vector256.Create<int>(values.Slice(i, Vector256<int>.Count)), wanted).ExtractMostSignificantBits();
            for (; equal != 0; equal &= equal - 1)
            {
                var row = rows[i + BitOperations.TrailingZeroCount(equal)];
                words[row >> 6] |= 1UL << row;
            }
        }

        for (; i < values.Length; i++)
        {
            if (values[i] == value)
                words[rows[i] >> 6] |= 1UL << rows[i];
        }
    }

    private static void AcceptedOf(ReadOnlySpan<int> values, ReadOnlySpan<int> rows, ReadOnlySpan<byte> accepted, Span<ulong> words)
    {
        var (word, bits) = (0, 0UL);
        for (var i = 0; i < values.Length; i++)
        {
            var row = rows[i];
            if (row >> 6 != word)
            {
                words[word] |= bits;
                (word, bits) = (row >> 6, 0);
            }

            bits |= (ulong)accepted[values[i]] << row;
        }

        if (bits != 0)
            words[word] |= bits;
    }
}
