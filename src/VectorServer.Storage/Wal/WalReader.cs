using System.Globalization;
using VectorServer.Storage.IO;

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
        var bytes = 0L;
        for (var i = 0; i < segments.Length; i++)
        {
            // A segment begun after a failed write makes void what older ones hold from its position on.
            var limit = i + 1 < segments.Length ? FirstLsn(segments[i + 1]) : long.MaxValue;
            var (validBytes, isSynced) = ReplaySegment(disk, segments[i], limit, ref next, apply, log);
            bytes += validBytes - WalFormat.SegmentHeaderBytes;
            end = new WalEnd(segments[i], validBytes, isSynced, bytes);
        }

        return end;
    }

    /// <summary>A log that is gone, or whose first segments are, must not be taken for one that nothing was written to.</summary>
    /// <param name="directory">The log's.</param>
    /// <param name="after">What the data files hold: the log goes on from there.</param>
    /// <param name="hasBegun">Whether it ever had a segment, of which there is one from then on.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public static void CheckBeginning(string directory, Lsn after, bool hasBegun)
    {
        var segments = Directory.Exists(directory) ? Directory.GetFiles(directory, "*.wal") : throw Missing();
        if (segments.Length == 0 ? hasBegun : segments.Min(FirstLsn) > after.Value + 1)
            throw Missing();

        StorageException Missing() => new(StorageErrorCode.DataCorruption, "The namespace's log, or its beginning, is missing", new FileNotFoundException(null, directory));
    }

    /// <summary>The position that a segment begins at, by its name.</summary>
    public static long FirstLsn(string path) =>
        long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var lsn) ? lsn : throw Damaged(path, 0);

    private static (int ValidBytes, bool IsSynced) ReplaySegment(
        Disk disk, string path, long limit, ref Lsn last, Action<WalOperation> apply, Action<string> log)
    {
        // A segment is bounded by the checkpoint threshold and one group, so it fits in memory.
        var bytes = File.ReadAllBytes(path).AsSpan();
        var isNewest = limit == long.MaxValue;
        if (bytes.Length < WalFormat.SegmentHeaderBytes || !WalFormat.IsSegmentHeader(bytes))
        {
            // Segments get their names whole now; once a crash could leave a part of a header, or a file system's zeros in place of it.
            var unwritten = bytes.Length < WalFormat.SegmentHeaderBytes || !bytes.ContainsAnyExcept((byte)0);
            return isNewest && unwritten ? (CutTail(disk, path, 0, bytes.Length, log), true) : throw Damaged(path, 0);
        }

        var isSynced = WalFormat.IsSynced(bytes);
        var offset = WalFormat.SegmentHeaderBytes;
        while (WalFormat.TryReadFrame(bytes[offset..], out var frame) && frame.FirstLsn.Value < limit)
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

        if (offset == bytes.Length || (!isNewest && last.Value + 1 >= limit))
            return (offset, isSynced);
        if (!isNewest || (isSynced && HasFrameAfter(bytes, offset + 1)))
            throw Damaged(path, offset);
        return (CutTail(disk, path, offset, bytes.Length, log), isSynced);
    }

    /// <summary>
    /// A group is one frame, and in a synced log no frame is written before the last is on the disk, so a crash tears at most the last one:
    /// a whole frame behind a damaged one means damage, not a crash.
    /// </summary>
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
        log($"The log {path} ends in a torn write: {totalBytes - validBytes} bytes that were never synced are cut at offset {validBytes}");
        using var file = disk.Open(path, FileMode.Open);
        if (validBytes < WalFormat.SegmentHeaderBytes)
        {
            file.Write(WalFormat.SegmentHeader(isSynced: true), 0);
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
/// <param name="SegmentPath">The newest segment.</param>
/// <param name="ValidBytes">Of it.</param>
/// <param name="IsSynced">Whether its frames were synced one by one.</param>
/// <param name="OperationBytes">Of all segments.</param>
internal readonly record struct WalEnd(string SegmentPath, long ValidBytes, bool IsSynced, long OperationBytes);
