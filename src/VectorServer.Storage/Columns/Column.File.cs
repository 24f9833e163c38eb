using VectorServer.Storage.IO;

namespace VectorServer.Storage.Columns;

/// <summary>The part that is saved, see <see cref="ColumnFile"/>: what the entries of a generation's first rows need.</summary>
internal sealed partial class Column
{
    private const int PartLength = 1 << 18; // 1 MiB of entries between looks at whether the work is still wanted

    /// <summary>Whether any row below has the field.</summary>
    public bool HasRowsBelow(int rowCount) => EntriesBelow(rowCount).Count > 0;

    /// <summary>Writes the entries of the rows below, and the values that they name.</summary>
    public void Write(CheckedWriter file, int rowCount, CancellationToken cancellation)
    {
        var entries = EntriesBelow(rowCount);
        var valueCount = 0;
        foreach (var value in entries.Values.AsSpan(0, entries.Count))
            valueCount = Math.Max(valueCount, value + 1); // values are numbered in the order they came
        var numbers = Volatile.Read(ref _numbers);

        file.Write(entries.Count);
        file.Write(entries.FirstRow);
        file.Write(entries.Rows is null ? 0 : 1);
        file.Write(valueCount);
        file.Write(numbers is null ? 0 : 1);
        for (var value = 0; value < valueCount; value++)
            file.Write((byte)_values.KeyOf(value).Length);
        for (var value = 0; value < valueCount; value++)
            file.Write(_values.KeyOf(value));
        for (var value = 0; numbers is not null && value < valueCount; value++)
            file.Write(value < numbers.Length ? numbers[value] : double.NaN);
        foreach (var array in entries.Rows is { } rows ? new[] { entries.Values, rows } : [entries.Values])
        {
            for (var start = 0; start < entries.Count; start += PartLength)
            {
                cancellation.ThrowIfCancellationRequested();
                file.WriteAll<int>(array.AsSpan(start, Math.Min(PartLength, entries.Count - start)));
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: not what a column can be.</exception>
    public static Column Read(CheckedReader file, int rowCount, CancellationToken cancellation)
    {
        var (count, firstRow, hasRows, valueCount, hasNumbers) = (file.Read<int>(), file.Read<int>(), file.Read<int>() != 0, file.Read<int>(), file.Read<int>() != 0);
        if (count < 1 || valueCount < 1 || valueCount > count || firstRow < 0 || firstRow >= rowCount || (!hasRows && count > rowCount - firstRow)
            || (long)count * sizeof(int) > file.Remaining)
            throw file.Damaged("a column of it has other rows");

        var column = new Column { _entries = new int[count], _firstRow = firstRow };
        column.ReadValues(file, valueCount);
        if (hasNumbers)
        {
            column._numbers = new double[valueCount];
            file.ReadAll<double>(column._numbers);
        }

        if (ReadEntries(file, column._entries, 0, valueCount, cancellation) is false)
            throw file.Damaged("a column of it names values that it lacks");
        if (hasRows)
        {
            column._rows = new int[count];
            if (ReadEntries(file, column._rows, firstRow, rowCount, cancellation) is false || !IsAscending(column._rows))
                throw file.Damaged("a column of it has other rows");
        }

        column._count = count;
        return column;
    }

    private void ReadValues(CheckedReader file, int valueCount)
    {
        var lengths = new byte[valueCount];
        file.ReadAll<byte>(lengths);
        _values.Reserve(valueCount);
        Span<byte> key = stackalloc byte[KeyTable.KeyBytesMax];
        for (var value = 0; value < valueCount; value++)
        {
            file.ReadAll(key[..lengths[value]]);
            if (_values.GetOrAdd(key[..lengths[value]]) != value)
                throw file.Damaged("a column of it has a value twice");
        }
    }

    /// <summary>False where a number lies outside of its bounds.</summary>
    private static bool ReadEntries(CheckedReader file, int[] numbers, int low, int high, CancellationToken cancellation)
    {
        for (var start = 0; start < numbers.Length; start += PartLength)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = numbers.AsSpan(start, Math.Min(PartLength, numbers.Length - start));
            file.ReadAll(part);
            var outside = 0;
            foreach (var number in part)
                outside |= (number - low) | (high - 1 - number);
            if (outside < 0)
                return false;
        }

        return true;
    }

    private static bool IsAscending(int[] rows)
    {
        for (var i = 1; i < rows.Length; i++)
        {
            if (rows[i] < rows[i - 1])
                return false;
        }

        return true;
    }
}
