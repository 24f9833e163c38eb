using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Wal;

/// <summary>Appends groups of operations to the log's newest segment. One caller at a time.</summary>
internal sealed class WalWriter : IDisposable
{
    private const int BufferBytesKept = 16 << 20; // a larger group's buffer is given back after it

    private readonly string _directory;
    private readonly Durability _durability;
    private ArrayBufferWriter<byte> _buffer = new();
    private SafeFileHandle _segment;
    private long _segmentBytes;

    private WalWriter(string directory, Durability durability, SafeFileHandle segment, long segmentBytes)
    {
        (_directory, _durability, _segment, _segmentBytes) = (directory, durability, segment, segmentBytes);
    }

    /// <summary>Bytes of operations in the segment: what a restart would replay.</summary>
    public long PendingBytes => _segmentBytes - WalFormat.SegmentHeaderBytes;

    /// <summary>Starts a new segment for operations from <paramref name="nextLsn"/> on.</summary>
    public static WalWriter Create(string directory, Lsn nextLsn, Durability durability)
    {
        var segment = CreateSegment(directory, nextLsn);
        return new WalWriter(directory, durability, segment, WalFormat.SegmentHeaderBytes);
    }

    /// <summary>Goes on in a segment whose valid part ends at <paramref name="validBytes"/>.</summary>
    public static WalWriter Continue(string segmentPath, long validBytes, Durability durability)
    {
        var segment = File.OpenHandle(segmentPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        return new WalWriter(Path.GetDirectoryName(segmentPath)!, durability, segment, validBytes);
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
            RandomAccess.Write(_segment, frame, _segmentBytes);
            if (_durability == Durability.Fsync)
            {
                var started = Stopwatch.GetTimestamp();
                FileSync.SyncFile(_segment);
                StorageMeter.LogSync.RecordSince(started);
            }
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_segment, _segmentBytes);
            throw;
        }

        _segmentBytes += frame.Length;
        StorageMeter.LogWritten.Add(frame.Length);
        if (_buffer.Capacity > BufferBytesKept)
            _buffer = new ArrayBufferWriter<byte>();
    }

    /// <summary>Cuts the log: everything before <paramref name="nextLsn"/> is folded into the data files and durable there.</summary>
    public void Cut(Lsn nextLsn)
    {
        _segment.Dispose();
        var old = Directory.GetFiles(_directory, "*.wal");
        _segment = CreateSegment(_directory, nextLsn);
        _segmentBytes = WalFormat.SegmentHeaderBytes;
        foreach (var path in old)
        {
            if (path != SegmentPath(_directory, nextLsn))
                File.Delete(path);
        }

        FileSync.SyncDirectory(_directory);
    }

    public void Dispose() => _segment.Dispose();

    private static SafeFileHandle CreateSegment(string directory, Lsn nextLsn)
    {
        // The name is taken only by an empty segment of the same position, which holds nothing to lose.
        var segment = File.OpenHandle(SegmentPath(directory, nextLsn), FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        RandomAccess.Write(segment, WalFormat.SegmentHeader(), 0);
        FileSync.SyncFile(segment);
        FileSync.SyncDirectory(directory);
        return segment;
    }

    private static string SegmentPath(string directory, Lsn firstLsn) =>
        Path.Combine(directory, firstLsn.Value.ToString("D20", CultureInfo.InvariantCulture) + ".wal");
}
