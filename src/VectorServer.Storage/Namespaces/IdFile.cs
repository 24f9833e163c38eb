using System.Buffers;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// <c>ids.bin</c>, the ids of a generation's first rows, little-endian: magic "VSIDS" and format version (8 bytes); rows (int32); 1 if any
/// of them has a sparse vector, else 0 (int32); the ids' lengths (uint16 each); the ids; CRC-32C of all before. Rows never change, so it
/// stays true while later ones are added; it spares the opening a walk through the metadata.
/// </summary>
internal static class IdFile
{
    private const ulong Magic = 0x0001_0053_4449_5356; // "VSIDS", 0, version 1 (int16), little-endian
    private const int RowsPerPart = 16_384;

    /// <summary>Saves the ids of the first <paramref name="rows"/> rows, which are durable already.</summary>
    public static void Write(string path, Generation generation, int rows, CancellationToken cancellation)
    {
        using var file = new CheckedWriter(generation.Disk, path);
        file.Write(Magic);
        file.Write(rows);
        file.Write(generation.Sparse.IsEmpty ? 0 : 1);
        for (var row = 0; row < rows; row++)
            file.Write((ushort)generation.Ids.BytesOf(row).Length);
        for (var row = 0; row < rows; row++)
        {
            if (row % RowsPerPart == 0)
                cancellation.ThrowIfCancellationRequested();
            file.Write(generation.Ids.BytesOf(row));
        }

        file.Commit();
    }

    /// <summary>Adds the saved ids to an empty table.</summary>
    /// <returns>Whether any of the rows has a sparse vector.</returns>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>; the table is as it was.</exception>
    public static bool Read(string path, IdTable ids, int rowsMax)
    {
        using var file = new CheckedReader(path);
        if (file.Read<ulong>() != Magic)
            throw file.Damaged("it does not begin as one");
        var rows = file.Read<int>();
        var hasSparse = file.Read<int>() != 0;
        if (rows < 0 || rows > rowsMax)
            throw file.Damaged("it is of other rows");
        var lengths = new ushort[rows];
        file.ReadAll<ushort>(lengths);
        if (lengths.Sum(length => (long)length) != file.Remaining)
            throw file.Damaged("its ids are not as long as they should be");

        ids.Reserve(rows);
        for (var start = 0; start < rows; start += RowsPerPart)
            AddPart(file, ids, lengths.AsSpan(start, Math.Min(RowsPerPart, rows - start)));
        return hasSparse;
    }

    private static void AddPart(CheckedReader file, IdTable ids, ReadOnlySpan<ushort> lengths)
    {
        var bytes = 0;
        foreach (var length in lengths)
            bytes += length;
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        file.ReadAll(buffer.AsSpan(0, bytes));
        var at = 0;
        foreach (var length in lengths)
        {
            ids.Add(buffer.AsSpan(at, length));
            at += length;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}
