using System.Buffers.Binary;
using VectorServer.Storage.IO;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Metadata;

/// <summary>
/// The checksum of a stored row, which SQLite's pages do not have: in the high half the CRC-32C of row number and id, in the low half that
/// of row number, lengths, metadata and sparse vector. Two halves, so that ids are checked at load without reading what is beside them.
/// </summary>
internal static class RowChecksum
{
    /// <param name="row">Its number, so that a row in another's place is noticed.</param>
    /// <param name="id">As stored.</param>
    /// <param name="metadata">As stored; empty for none.</param>
    /// <param name="sparse">As stored; empty for none.</param>
    public static long Compute(RowId row, ReadOnlySpan<byte> id, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> sparse) =>
        ((long)OfId(row, id) << 32) | OfContent(row, metadata, sparse);

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public static void CheckId(long stored, RowId row, ReadOnlySpan<byte> id)
    {
        if ((uint)(stored >> 32) != OfId(row, id))
            throw Damaged(row);
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public static void CheckContent(long stored, RowId row, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> sparse)
    {
        if ((uint)stored != OfContent(row, metadata, sparse))
            throw Damaged(row);
    }

    private static uint OfId(RowId row, ReadOnlySpan<byte> id)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, row.Value);
        return Crc32C.Compute(number, id);
    }

    private static uint OfContent(RowId row, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> sparse)
    {
        // SQLite stores values end to end: without the lengths, a byte that moves from one to the next would not be noticed.
        Span<byte> head = stackalloc byte[3 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(head, row.Value);
        BinaryPrimitives.WriteInt32LittleEndian(head[sizeof(int)..], metadata.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[(2 * sizeof(int))..], sparse.Length);
        return Crc32C.Compute(head, metadata, sparse);
    }

    private static StorageException Damaged(RowId row) =>
        new(StorageErrorCode.DataCorruption, $"Row {row.Value} of the metadata does not match its checksum");
}
