using VectorServer.Storage.IO;

namespace VectorServer.Storage.Columns;

/// <summary>The part that is saved, see <see cref="ColumnFile"/>.</summary>
internal sealed partial class FieldColumns
{
    /// <summary>Writes the columns of the rows below.</summary>
    public void Write(CheckedWriter file, int rowCount, CancellationToken cancellation)
    {
        var count = _fields.Count;
        var columns = Volatile.Read(ref _columns);
        var present = Enumerable.Range(0, count).Where(field => columns[field].HasRowsBelow(rowCount)).ToArray();
        file.Write(present.Length);
        foreach (var field in present)
        {
            file.Write((byte)_fields.KeyOf(field).Length);
            file.Write(_fields.KeyOf(field));
            columns[field].Write(file, rowCount, cancellation);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: not what columns can be.</exception>
    public static FieldColumns Read(CheckedReader file, int rowCount, CancellationToken cancellation)
    {
        var count = file.Read<int>();
        if (count < 0 || count > file.Remaining)
            throw file.Damaged("it counts other fields");
        var fields = new FieldColumns { _columns = new Column[count] };
        Span<byte> key = stackalloc byte[KeyTable.KeyBytesMax];
        for (var field = 0; field < count; field++)
        {
            var length = file.Read<byte>();
            file.ReadAll(key[..length]);
            if (fields._fields.GetOrAdd(key[..length]) != field)
                throw file.Damaged("it has a field twice");
            fields._columns[field] = Column.Read(file, rowCount, cancellation);
        }

        return fields;
    }
}
