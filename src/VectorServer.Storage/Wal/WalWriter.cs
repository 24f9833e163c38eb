using System.Buffers;
using System.Globalization;
using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Wal;

/// <summary>Appends groups of operations to the log's newest segment. One caller at a time.</summary>
internal sealed class WalWriter : IDisposable
{
    private const int BufferBytesKept = 16 << 20; // a larger group's buffer is given back after it

    private readonly Disk _disk;
    private readonly string _directory;
    private readonly Durability _durability;
    private ArrayBufferWriter<byte> _buffer = new();
    private DiskFile _segment;
    private long _segmentBytes;

    private WalWriter(Disk disk, string directory, Durability durability, DiskFile segment, long segmentBytes)
    {
        (_disk, _directory, _durability, _segment, _segmentBytes) = (disk, directory, durability, segment, segmentBytes);
    }

    /// <summary>Bytes of operations in the segment: what a restart would replay.</summary>
    public long PendingBytes => _segmentBytes - WalFormat.SegmentHeaderBytes;

    /// <summary>Starts a new segment for operations from <paramref name="nextLsn"/> on.</summary>
    public static WalWriter Create(Disk disk, string directory, Lsn nextLsn, Durability durability)
    {
        var segment = CreateSegment(disk, directory, nextLsn);
        return new WalWriter(disk, directory, durability, segment, WalFormat.SegmentHeaderBytes);
    }

    /// <summary>Goes on in a segment whose valid part ends at <paramref name="validBytes"/>.</summary>
    public static WalWriter Continue(Disk disk, string segmentPath, long validBytes, Durability durability)
    {
        var segment = disk.Open(segmentPath, FileMode.Open);
        return new WalWriter(disk, Path.GetDirectoryName(segmentPath)!, durability, segment, validBytes);
    }

    /// <summary>Appends one frame and, by the durability mode, syncs it. On failure the segment is as before.</summary>
    public void Append(Lsn firstLsn, IReadOnlyList<WalOperation> operations)
    {
        _buffer.ResetWrittenCount();
        _buffer.GetSpan(WalFormat.FrameHeaderBytes)[..WalFormat.FrameHeaderBytes].Clear();
        _buffer.Advance(WalFormat.FrameHeaderBytes);
        foreach (var operation in operations)
            WalFormat.WriteOperation(_buffer, operation);

        var frame = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span;
        WalFormat.SealFrame(frame, firstLsn, operations.Count);
        try
        {
            _segment.Write(frame, _segmentBytes);
            if (_durability == Durability.Fsync)
                _segment.Sync();
        }
        catch (IOException)
        {
            _segment.SetLength(_segmentBytes);
            throw;
        }

        _segmentBytes += frame.Length;
        if (_buffer.Capacity > BufferBytesKept)
            _buffer = new ArrayBufferWriter<byte>();
    }

    /// <summary>Cuts the log: everything before <paramref name="nextLsn"/> is folded into the data files and durable there.</summary>
    public void Cut(Lsn nextLsn)
    {
        _segment.Dispose();
        var old = Directory.GetFiles(_directory, "*.wal");
        _segment = CreateSegment(_disk, _directory, nextLsn);
        _segmentBytes = WalFormat.SegmentHeaderBytes;
        foreach (var path in old)
        {
            if (path != SegmentPath(_directory, nextLsn))
                _disk.DeleteFile(path);
        }

        _disk.SyncDirectory(_directory);
    }

    public void Dispose() => _segment.Dispose();

    private static DiskFile CreateSegment(Disk disk, string directory, Lsn nextLsn)
    {
        // The name is taken only by an empty segment of the same position, which holds nothing to lose.
        var segment = disk.Open(SegmentPath(directory, nextLsn), FileMode.Create);
        segment.Write(WalFormat.SegmentHeader(), 0);
        segment.Sync();
        disk.SyncDirectory(directory);
        return segment;
    }

    private static string SegmentPath(string directory, Lsn firstLsn) =>
        Path.Combine(directory, firstLsn.Value.ToString("D20", CultureInfo.InvariantCulture) + ".wal");
}
