using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using VectorServer.Storage.IO;

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
    private string _segmentPath;
    private long _segmentBytes;
    private long _newestFrame; // where it begins
    private bool _isSuspect; // behind its frames there may be more

    private WalWriter(Disk disk, string directory, Durability durability, string segmentPath, long segmentBytes, long operationBytes)
    {
        (_disk, _directory, _durability) = (disk, directory, durability);
        (_segmentPath, _segmentBytes, PendingBytes) = (segmentPath, segmentBytes, operationBytes);
        _segment = disk.Open(segmentPath, FileMode.Open);
    }

    /// <summary>Bytes of operations in the log: what a restart would replay.</summary>
    public long PendingBytes { get; private set; }

    private bool IsSynced => _durability == Durability.Fsync;

    /// <summary>Starts a new segment for operations from <paramref name="nextLsn"/> on.</summary>
    public static WalWriter Create(Disk disk, string directory, Lsn nextLsn, Durability durability)
    {
        var path = WriteSegment(disk, directory, nextLsn, durability);
        return new WalWriter(disk, directory, durability, path, WalFormat.SegmentHeaderBytes, operationBytes: 0);
    }

    /// <summary>Goes on where the log ends, or in a new segment if the mode is another one.</summary>
    public static WalWriter Continue(Disk disk, WalEnd end, Lsn nextLsn, Durability durability)
    {
        var directory = Path.GetDirectoryName(end.SegmentPath)!;
        disk.SyncDirectory(directory); // a process may have died, or failed, between the segment's renaming and its sync
        var writer = new WalWriter(disk, directory, durability, end.SegmentPath, end.ValidBytes, end.OperationBytes);
        try
        {
            var isOfOtherMode = end.IsSynced != writer.IsSynced;
            if (isOfOtherMode || (writer.IsSynced && end.OperationBytes > 0))
                writer._segment.Sync(); // a process may have died before it: what was replayed is read from now on, and what a later segment follows must be whole
            if (isOfOtherMode)
                writer.StartAnew(nextLsn);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Appends one frame and, by the durability mode, syncs it. After a failure the frame is cut off; where that fails too, it may be found
    /// by a restart, until the next call or <see cref="StartAnew"/> makes it void. A segment whose sync has failed is not written again.
    /// </summary>
    public void Append(Lsn firstLsn, IReadOnlyList<WalOperation> operations)
    {
        _buffer.ResetWrittenCount();
        _buffer.GetSpan(WalFormat.FrameHeaderBytes)[..WalFormat.FrameHeaderBytes].Clear();
        _buffer.Advance(WalFormat.FrameHeaderBytes);
        foreach (var operation in operations)
            WalFormat.WriteOperation(_buffer, operation);

        var frame = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span;
        WalFormat.SealFrame(frame, firstLsn, operations.Count);
        if (_isSuspect)
            StartAnew(firstLsn);
        try
        {
            _segment.Write(frame, _segmentBytes);
            _isSuspect = true; // until the sync is done
            if (IsSynced)
            {
                var started = Stopwatch.GetTimestamp();
                _segment.Sync();
                StorageMeter.LogSync.RecordSince(started);
            }

            _isSuspect = false;
        }
        catch (Exception e) when (e.IsDiskError())
        {
            CutBack();
            throw;
        }

        _newestFrame = _segmentBytes;
        _segmentBytes += frame.Length;
        PendingBytes += frame.Length;
        StorageMeter.LogWritten.Add(frame.Length);
        if (_buffer.Capacity > BufferBytesKept)
            _buffer = new ArrayBufferWriter<byte>();
    }

    /// <summary>Cuts the frame that was appended last off again, for which no disk is too full.</summary>
    public void TakeBack()
    {
        _isSuspect = true; // until the sync is done
        PendingBytes -= _segmentBytes - _newestFrame;
        _segmentBytes = _newestFrame;
        _segment.SetLength(_segmentBytes);
        _segment.Sync();
        _isSuspect = false;
    }

    /// <summary>Goes on in a new segment, which makes void whatever the log holds from <paramref name="nextLsn"/> on.</summary>
    public void StartAnew(Lsn nextLsn)
    {
        _segment.Dispose(); // its name may be the new one's
        _isSuspect = true;
        _segmentPath = WriteSegment(_disk, _directory, nextLsn, _durability);
        _segment = _disk.Open(_segmentPath, FileMode.Open);
        _segmentBytes = WalFormat.SegmentHeaderBytes;
        _isSuspect = false;
    }

    /// <summary>Cuts the log: everything before <paramref name="nextLsn"/> is folded into the data files and durable there.</summary>
    public void Cut(Lsn nextLsn)
    {
        StartAnew(nextLsn);
        PendingBytes = 0;
        foreach (var path in Directory.GetFiles(_directory, "*.wal"))
        {
            if (path != _segmentPath)
                _disk.DeleteFile(path);
        }

        _disk.SyncDirectory(_directory);
    }

    public void Dispose() => _segment.Dispose();

    private void CutBack()
    {
        try
        {
            _segment.SetLength(_segmentBytes);
            _segment.Sync();
        }
        catch (Exception e) when (e.IsDiskError())
        {
            _isSuspect = true;
        }
    }

    /// <summary>An empty segment, durable under its name. The name is taken only by one of the same position, which holds nothing to keep.</summary>
    private static string WriteSegment(Disk disk, string directory, Lsn nextLsn, Durability durability)
    {
        var path = SegmentPath(directory, nextLsn);
        AtomicFile.Write(disk, path, WalFormat.SegmentHeader(durability == Durability.Fsync));
        return path;
    }

    private static string SegmentPath(string directory, Lsn firstLsn) =>
        Path.Combine(directory, firstLsn.Value.ToString("D20", CultureInfo.InvariantCulture) + ".wal");
}
