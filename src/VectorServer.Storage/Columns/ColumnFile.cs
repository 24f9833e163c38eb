using VectorServer.Storage.IO;

namespace VectorServer.Storage.Columns;

/// <summary>
/// <c>columns.bin</c>, the columns of a generation's first rows, little-endian: magic "VSCOLS" and format version (8 bytes); rows, fields
/// (int32); the fields; CRC-32C of all before. A field: length of its key (byte), key; entries, first row, 1 if the entries' rows follow
/// else 0, values, 1 if numbers follow else 0 (int32); lengths of the values' keys (byte each), the keys; numbers (float64 a value); the
/// entries' values, and their rows (int32 each). Rows never change, so it stays true while later ones are added.
/// </summary>
internal static class ColumnFile
{
    private const ulong Magic = 0x0001_534C_4F43_5356; // "VSCOLS", version 1 (int16), little-endian

    /// <summary>Saves the columns of the first <paramref name="rows"/> rows, which are durable already.</summary>
    public static void Write(Disk disk, string path, FieldColumns fields, int rows, CancellationToken cancellation)
    {
        using var file = new CheckedWriter(disk, path);
        file.Write(Magic);
        file.Write(rows);
        fields.Write(file, rows, cancellation);
        file.Commit();
    }

    /// <returns>The columns, and how many rows are in them.</returns>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: damaged, or of rows that there are not.</exception>
    public static (FieldColumns Fields, int Rows) Read(string path, int rowsMax, CancellationToken cancellation)
    {
        using var file = new CheckedReader(path);
        if (file.Read<ulong>() != Magic)
            throw file.Damaged("it does not begin as one");
        var rows = file.Read<int>();
        if (rows < 0 || rows > rowsMax)
            throw file.Damaged("it is of other rows");
        var fields = FieldColumns.Read(file, rows, cancellation);
        return file.Remaining == 0 ? (fields, rows) : throw file.Damaged("it is too long");
    }
}
