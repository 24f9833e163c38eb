using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Wal;

/// <summary>
/// The log's bytes, little-endian. A segment is a 16-byte header (magic, format version) and frames; a frame is one group of operations
/// that is synced, and so survives or is torn, as a whole:
/// <c>magic u32 | payload length u32 | first LSN i64 | operations u32 | CRC-32C u32 of all else | payload</c>.
/// </summary>
internal static class WalFormat
{
    public const int SegmentHeaderBytes = 16;
    public const int FrameHeaderBytes = 24;
    public const uint FrameMagic = 0x474C_5356; // "VSLG"
    public const int Version = 1;

    // A float32 array cannot be longer than this many bytes in one frame; far above what one group may hold.
    public const int FrameBytesMax = 1 << 30;

    private const int CrcOffset = 20;
    private const int UnsyncedOffset = 12; // of the segment's header; the last three bytes are zero

    private static ReadOnlySpan<byte> SegmentMagic => "VSERVWAL"u8;

    private enum Kind : byte
    {
        Put = 1,
        Remove = 2,
        Clear = 3,
        PutOnce = 4, // its key's two texts, and then as Put
    }

    [Flags]
    private enum EntryParts : byte
    {
        Values = 1,
        CopyFrom = 2,
        Sparse = 4,
        Metadata = 8,
    }

    /// <param name="isSynced">False where frames are left to the system to write, so that a power loss may leave later ones without earlier ones.</param>
    public static byte[] SegmentHeader(bool isSynced)
    {
        var header = new byte[SegmentHeaderBytes];
        SegmentMagic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        header[UnsyncedOffset] = isSynced ? (byte)0 : (byte)1;
        return header;
    }

    public static bool IsSegmentHeader(ReadOnlySpan<byte> header) =>
        header[..8].SequenceEqual(SegmentMagic) && BinaryPrimitives.ReadInt32LittleEndian(header[8..]) == Version;

    /// <summary>Whether each frame was synced before the next was written.</summary>
    public static bool IsSynced(ReadOnlySpan<byte> header) => header[UnsyncedOffset] == 0;

    /// <summary>Fills the first <see cref="FrameHeaderBytes"/> of <paramref name="frame"/> from the payload behind them.</summary>
    public static void SealFrame(Span<byte> frame, Lsn firstLsn, int operationCount)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, FrameMagic);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], frame.Length - FrameHeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(frame[8..], firstLsn.Value);
        BinaryPrimitives.WriteInt32LittleEndian(frame[16..], operationCount);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[CrcOffset..], Checksum(frame));
    }

    /// <summary>Reads the frame that starts at <paramref name="bytes"/>; false if it is torn, damaged, or none.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> bytes, out WalFrameHeader header)
    {
        header = default;
        if (bytes.Length < FrameHeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != FrameMagic)
            return false;

        var payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (payloadBytes < 0 || payloadBytes > bytes.Length - FrameHeaderBytes)
            return false;

        header = new WalFrameHeader(
            FrameHeaderBytes + payloadBytes,
            new Lsn(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..])),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]));
        return Checksum(bytes[..header.FrameBytes]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcOffset..]);
    }

    public static void WriteOperation(ArrayBufferWriter<byte> output, WalOperation operation)
    {
        switch (operation)
        {
            case PutOperation put:
                WriteByte(output, (byte)(put.Key is null ? Kind.Put : Kind.PutOnce));
                if (put.Key is { } key)
                {
                    WriteString(output, key.Writer);
                    WriteString(output, key.Step);
                }

                WriteInt32(output, put.Entries.Count);
                foreach (var entry in put.Entries)
                {
                    WriteEntry(output, entry);
                    CheckSize(output);
                }

                break;
            case RemoveOperation remove:
                WriteByte(output, (byte)Kind.Remove);
                WriteInt32(output, remove.Ids.Count);
                foreach (var id in remove.Ids)
                    WriteString(output, id);
                break;
            case ClearOperation:
                WriteByte(output, (byte)Kind.Clear);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        CheckSize(output);
    }

    /// <summary>Reads one operation and moves <paramref name="input"/> behind it.</summary>
    public static WalOperation ReadOperation(ref ReadOnlySpan<byte> input)
    {
        var kind = (Kind)ReadByte(ref input);
        switch (kind)
        {
            case Kind.Put or Kind.PutOnce:
                var key = kind == Kind.PutOnce ? new IdempotencyKey(ReadString(ref input), ReadString(ref input)) : null;
                var entries = new PutEntry[ReadInt32(ref input)];
                for (var i = 0; i < entries.Length; i++)
                    entries[i] = ReadEntry(ref input);
                return new PutOperation(entries, key);
            case Kind.Remove:
                var ids = new string[ReadInt32(ref input)];
                for (var i = 0; i < ids.Length; i++)
                    ids[i] = ReadString(ref input);
                return new RemoveOperation(ids);
            case Kind.Clear:
                return new ClearOperation();
            default:
                throw new StorageException(StorageErrorCode.DataCorruption, "The log holds an operation of an unknown kind");
        }
    }

    /// <summary>Asked as the frame grows: what an array cannot hold must be refused before it is tried.</summary>
    private static void CheckSize(ArrayBufferWriter<byte> output)
    {
        if (output.WrittenCount > FrameBytesMax)
            throw StorageException.Invalid("The request is too large for one log record");
    }

    private static void WriteEntry(ArrayBufferWriter<byte> output, in PutEntry entry)
    {
        var parts = (entry.Values.IsEmpty ? 0 : EntryParts.Values)
            | (entry.CopyFrom is null ? 0 : EntryParts.CopyFrom)
            | (entry.Sparse is null ? 0 : EntryParts.Sparse)
            | (entry.Metadata is null ? 0 : EntryParts.Metadata);
        WriteByte(output, (byte)parts);
        WriteString(output, entry.Id);
        if (!entry.Values.IsEmpty)
            WriteBytes(output, MemoryMarshal.AsBytes(entry.Values.Span));
        if (entry.CopyFrom is { } row)
            WriteInt32(output, row.Value);
        if (entry.Sparse is { } sparse)
            WriteBytes(output, SparseVectorFormat.ToBytes(sparse));
        if (entry.Metadata is { } metadata)
            WriteBytes(output, metadata.Json.Span);
    }

    private static PutEntry ReadEntry(ref ReadOnlySpan<byte> input)
    {
        var parts = (EntryParts)ReadByte(ref input);
        var id = ReadString(ref input);
        var values = parts.HasFlag(EntryParts.Values) ? MemoryMarshal.Cast<byte, float>(ReadBytes(ref input)).ToArray() : [];
        RowId? copyFrom = parts.HasFlag(EntryParts.CopyFrom) ? new RowId(ReadInt32(ref input)) : null;
        var sparse = parts.HasFlag(EntryParts.Sparse) ? SparseVectorFormat.Read(ReadBytes(ref input)) : null;
        var metadata = parts.HasFlag(EntryParts.Metadata) ? RecordMetadata.FromStored(ReadBytes(ref input).ToArray()) : null;
        return new PutEntry(id, values, copyFrom, sparse, metadata);
    }

    private static uint Checksum(ReadOnlySpan<byte> frame) => Crc32C.Compute(frame[..CrcOffset], frame[FrameHeaderBytes..]);

    private static void WriteByte(ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private static void WriteInt32(ArrayBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    private static void WriteBytes(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        WriteInt32(output, bytes.Length);
        output.Write(bytes);
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string text) => WriteBytes(output, Encoding.UTF8.GetBytes(text));

    private static byte ReadByte(ref ReadOnlySpan<byte> input)
    {
        var value = input[0];
        input = input[1..];
        return value;
    }

    private static int ReadInt32(ref ReadOnlySpan<byte> input)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(input);
        input = input[4..];
        return value;
    }

    private static ReadOnlySpan<byte> ReadBytes(ref ReadOnlySpan<byte> input)
    {
        var length = ReadInt32(ref input);
        var bytes = input[..length];
        input = input[length..];
        return bytes;
    }

    private static string ReadString(ref ReadOnlySpan<byte> input) => Encoding.UTF8.GetString(ReadBytes(ref input));
}

/// <summary>What a frame says of itself.</summary>
/// <param name="FrameBytes">Header and payload.</param>
/// <param name="FirstLsn">The LSN of its first operation; the others follow by one.</param>
/// <param name="OperationCount">How many operations it holds.</param>
internal readonly record struct WalFrameHeader(int FrameBytes, Lsn FirstLsn, int OperationCount);
