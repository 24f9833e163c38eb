using System.Buffers;
using System.Diagnostics;
using VectorServer.Storage.Filters;

namespace VectorServer.Storage.Columns;

/// <summary>The readers' part: which rows below a set's <see cref="RowSet.RowCount"/> have the field, and which have it with a matching value.</summary>
internal sealed partial class Column
{
    /// <summary>Adds every row that has the field.</summary>
    public void AddPresent(RowSet rows)
    {
        var entries = EntriesBelow(rows.RowCount);
        if (entries.Rows is { } rowNumbers)
            EntryScan.Present(rowNumbers.AsSpan(0, entries.Count), rows.Words);
        else
            rows.AddRange(entries.FirstRow, entries.Count);
    }

    /// <summary>Adds every row for one of whose values the operator holds.</summary>
    public void AddMatches(FilterOperator @operator, IReadOnlyList<FilterValue> operands, RowSet rows)
    {
        var entries = EntriesBelow(rows.RowCount);
        if (entries.Count == 0)
            return;
        if (@operator == FilterOperator.Equal || (@operator == FilterOperator.In && operands.Count == 1))
        {
            if (Find(operands[0]) is var value and not KeyTable.None)
                EntryScan.Equal(entries, value, rows.Words);
            return;
        }

        // Every entry's value is numbered below this: values are added before the entries that name them.
        var valueCount = _values.Count;
        var accepted = ArrayPool<byte>.Shared.Rent(valueCount);
        try
        {
            var table = accepted.AsSpan(0, valueCount);
            if (@operator == FilterOperator.In ? AcceptListed(operands, table) : AcceptBetween(Bounds(@operator, operands[0].Number), table))
                EntryScan.Accepted(entries, table, rows.Words);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(accepted);
        }
    }

    /// <summary>Sets the byte of each value that is listed to 1, the others to 0; false if there is none.</summary>
    private bool AcceptListed(IReadOnlyList<FilterValue> operands, Span<byte> accepted)
    {
        accepted.Clear();
        var any = false;
        foreach (var operand in operands)
        {
            var value = Find(operand);
            if ((uint)value >= (uint)accepted.Length)
                continue; // none, or so new that no entry to be scanned has it
            accepted[value] = 1;
            any = true;
        }

        return any;
    }

    /// <summary>Sets the byte of each number within the bounds to 1, those of all other values to 0; false if there are no numbers.</summary>
    private bool AcceptBetween((double Low, double High) bounds, Span<byte> accepted)
    {
        ReadOnlySpan<double> numbers = Volatile.Read(ref _numbers);
        if (numbers.IsEmpty)
            return false;
        numbers = numbers[..Math.Min(numbers.Length, accepted.Length)];
        accepted[numbers.Length..].Clear();
        EntryScan.Between(numbers, bounds.Low, bounds.High, accepted);
        return true;
    }

    /// <summary>The numbers for which an order operator holds, both bounds included.</summary>
    private static (double Low, double High) Bounds(FilterOperator @operator, double operand) => @operator switch
    {
        FilterOperator.GreaterThan => (double.BitIncrement(operand), double.PositiveInfinity),
        FilterOperator.GreaterThanOrEqual => (operand, double.PositiveInfinity),
        FilterOperator.LessThan => (double.NegativeInfinity, double.BitDecrement(operand)),
        FilterOperator.LessThanOrEqual => (double.NegativeInfinity, operand),
        _ => throw new UnreachableException(),
    };

    private ColumnEntries EntriesBelow(int rowCount)
    {
        var count = Volatile.Read(ref _count);
        var values = Volatile.Read(ref _entries);
        if (Volatile.Read(ref _rows) is not { } rows)
            return new ColumnEntries(values, null, _firstRow, Math.Clamp(rowCount - _firstRow, 0, count));
        return new ColumnEntries(values, rows, _firstRow, CountBelow(rows.AsSpan(0, count), rowCount));
    }

    /// <summary>How many of ascending rows, which may repeat, are below <paramref name="rowCount"/>.</summary>
    private static int CountBelow(ReadOnlySpan<int> rows, int rowCount)
    {
        var (low, high) = (0, rows.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (rows[middle] < rowCount)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
