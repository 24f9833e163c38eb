using System.Text;
using VectorServer.Storage.Filters;

namespace VectorServer.Storage.Columns;

/// <summary>
/// One metadata field of a generation's rows: each distinct value once, with a number, and for each row that has the field the numbers of
/// its values: one, or those of a list. Entries are only ever added, in row order, so a reader of an older snapshot reads a prefix. One
/// writer; readers need no lock.
/// </summary>
/// <remarks>
/// Memory per entry 4 B while every row has exactly one value, else 8 B; per distinct value its key (<see cref="ColumnKey"/>) with what
/// <see cref="KeyTable"/> adds, and 8 B in a field with numbers; up to twice that just after an array has grown. Written in the order
/// arrays, then count; read in the order count, then arrays: what the count covers is always there.
/// </remarks>
internal sealed partial class Column
{
    private readonly KeyTable _values = new();
    private int[] _entries = new int[4];
    private int[]? _rows; // of the entries; null while each belongs to the row after its predecessor's
    private int _firstRow;
    private double[]? _numbers; // by value; NaN, which compares with nothing, for those that are not numbers
    private int _count;

    /// <summary>Bytes of memory.</summary>
    public long Bytes => _values.Bytes + (((long)_entries.Length + (_rows?.Length ?? 0)) * sizeof(int)) + ((_numbers?.Length ?? 0L) * sizeof(double));

    /// <summary>Adds a value of a row.</summary>
    /// <param name="row">The row of the last entry or a later one.</param>
    /// <param name="json">The value, an element of a list, or an empty list, as canonical JSON.</param>
    /// <param name="number">The value of a number, NaN for all else.</param>
    public void Add(int row, ReadOnlySpan<byte> json, double number)
    {
        Span<byte> buffer = stackalloc byte[ColumnKey.BytesMax];
        var value = _values.GetOrAdd(ColumnKey.Of(json, buffer));
        if (!double.IsNaN(number))
            SetNumber(value, number);
        if (_count == 0)
            _firstRow = row;
        if (_count == _entries.Length)
            Volatile.Write(ref _entries, Grown(_entries));
        _entries[_count] = value;
        if (_rows is not null || row != _firstRow + _count)
            SetRow(row);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>The number of an operand's value, or <see cref="KeyTable.None"/>.</summary>
    private int Find(FilterValue operand)
    {
        Span<byte> buffer = stackalloc byte[ColumnKey.BytesMax];
        return _values.Find(ColumnKey.Of(Encoding.UTF8.GetBytes(operand.Json), buffer));
    }

    private void SetNumber(int value, double number)
    {
        var numbers = _numbers ?? [];
        if (value >= numbers.Length)
        {
            var grown = new double[Math.Max(_values.Count, numbers.Length * 2)];
            numbers.CopyTo(grown, 0);
            grown.AsSpan(numbers.Length).Fill(double.NaN);
            Volatile.Write(ref _numbers, grown);
        }

        _numbers![value] = number;
    }

    private void SetRow(int row)
    {
        if (_rows is null)
        {
            var rows = new int[_entries.Length];
            for (var i = 0; i < _count; i++)
                rows[i] = _firstRow + i;
            Volatile.Write(ref _rows, rows);
        }
        else if (_count == _rows.Length)
        {
            Volatile.Write(ref _rows, Grown(_rows));
        }

        _rows[_count] = row;
    }

    private static int[] Grown(int[] array)
    {
        var grown = new int[array.Length * 2];
        array.CopyTo(grown, 0);
        return grown;
    }
}
