using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Wal;

/// <summary>Reads a namespace's log from its oldest segment to the end of its newest.</summary>
internal static class WalReader
{
    /// <summary>Hands every operation after <paramref name="after"/> to <paramref name="apply"/>, in order, and cuts a torn tail.</summary>
    /// <returns>The newest segment and the length of its valid part; null when there is no segment.</returns>
    /// <exception cref="StorageException">A frame is damaged and others follow it: acknowledged operations would be lost.</exception>
    public static WalEnd? Replay(Disk disk, string directory, Lsn after, Action<WalOperation> apply, Action<string> log)
    {
        var segments = Directory.GetFiles(directory, "*.wal").Order(StringComparer.Ordinal).ToArray();
        WalEnd? end = null;
        var next = after;
        for (var i = 0; i < segments.Length; i++)
        {
            var validBytes = ReplaySegment(disk, segments[i], isNewest: i == segments.Length - 1, ref next, apply, log);
            end = new WalEnd(segments[i], validBytes);
        }

        return end;
    }

    private static int ReplaySegment(Disk disk, string path, bool isNewest, ref Lsn last, Action<WalOperation> apply, Action<string> log)
    {
        // A segment is bounded by the checkpoint threshold and one group, so it fits in memory.
        var bytes = File.ReadAllBytes(path).AsSpan();
        if (bytes.Length < WalFormat.SegmentHeaderBytes || !WalFormat.IsSegmentHeader(bytes))
        {
            // A crash at a segment's creation leaves a part of its header, or a file system's zeros in place of it.
            var unwritten = bytes.Length < WalFormat.SegmentHeaderBytes || !bytes.ContainsAnyExcept((byte)0);
            return isNewest && unwritten ? CutTail(disk, path, 0, bytes.Length, log) : throw Damaged(path, 0);
        }

        var offset = WalFormat.SegmentHeaderBytes;
        while (WalFormat.TryReadFrame(bytes[offset..], out var frame))
        {
            ReadOnlySpan<byte> payload = bytes.Slice(offset + WalFormat.FrameHeaderBytes, frame.FrameBytes - WalFormat.FrameHeaderBytes);
            for (var i = 0; i < frame.OperationCount; i++)
            {
                var lsn = new Lsn(frame.FirstLsn.Value + i);
                var operation = WalFormat.ReadOperation(ref payload);
                if (lsn <= last)
                    continue; // folded into the data files by the checkpoint
                if (lsn.Value != last.Value + 1)
                    throw Damaged(path, offset);
                apply(operation);
                last = lsn;
            }

            offset += frame.FrameBytes;
        }

        if (offset == bytes.Length)
            return offset;
        if (!isNewest || HasFrameAfter(bytes, offset + 1))
            throw Damaged(path, offset);
        return CutTail(disk, path, offset, bytes.Length, log);
    }

    /// <summary>A group is one frame, so a crash tears at most the last one: a whole frame behind a damaged one means damage, not a crash.</summary>
    private static bool HasFrameAfter(ReadOnlySpan<byte> bytes, int offset)
    {
        Span<byte> magic = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(magic, WalFormat.FrameMagic);
        while (offset < bytes.Length)
        {
            var found = bytes[offset..].IndexOf(magic);
            if (found < 0)
                return false;
            offset += found;
            if (WalFormat.TryReadFrame(bytes[offset..], out _))
                return true;
            offset++;
        }

        return false;
    }

    private static int CutTail(Disk disk, string path, int validBytes, int totalBytes, Action<string> log)
    {
        log($"The log {path} ends in a torn write: {totalBytes - validBytes} bytes that were never acknowledged are cut at offset {validBytes}");
        using var file = disk.Open(path, FileMode.Open);
        if (validBytes < WalFormat.SegmentHeaderBytes)
        {
            file.Write(WalFormat.SegmentHeader(), 0);
            validBytes = WalFormat.SegmentHeaderBytes;
        }

        file.SetLength(validBytes);
        file.Sync();
        return validBytes;
    }

    private static StorageException Damaged(string path, int offset) =>
        new(StorageErrorCode.DataCorruption, "The namespace's log is damaged", new InvalidDataException($"{path} at offset {offset}"));
}

/// <summary>Where the log ends.</summary>
internal readonly record struct WalEnd(string SegmentPath, long ValidBytes);
