namespace VectorServer.Storage.IO;

/// <summary>
/// A file that only takes space, given up when the disk is full, so that deletions, checkpoints and compaction have room to end that. New
/// records are refused until it is taken again. Thread-safe.
/// </summary>
internal sealed class SpaceReserve(Disk disk, string path, long bytes, Action<string>? log)
{
    private readonly Lock _lock = new();
    private volatile bool _isHeld;

    /// <summary>Before new records are written.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.OutOfSpace"/>: there is no room for the reserve itself.</exception>
    public void Demand()
    {
        if (!TryTake())
            throw new StorageException(StorageErrorCode.OutOfSpace, "The disk is full: records can be read and deleted, not written");
    }

    /// <summary>Takes the space unless it is held; false while there is not enough.</summary>
    public bool TryTake()
    {
        if (_isHeld || bytes == 0)
            return true;
        lock (_lock)
        {
            if (_isHeld)
                return true;
            try
            {
                if (new FileInfo(path) is not { Exists: true } found || found.Length != bytes)
                    disk.Allocate(path, bytes);
                return _isHeld = true;
            }
            catch (Exception e) when (e.IsDiskError())
            {
                log?.Invoke($"There is no room for the reserve of {bytes} bytes, and no records are written until there is: {e.Message}");
                return false;
            }
        }
    }

    /// <summary>Frees the space; false if that was done before.</summary>
    public bool GiveUp()
    {
        lock (_lock)
        {
            if (!_isHeld)
                return false;
            try
            {
                disk.DeleteFile(path);
            }
            catch (Exception e) when (e.IsDiskError())
            {
                return false;
            }

            log?.Invoke("The disk is full: its reserve is given up for deletions and compaction");
            _isHeld = false;
            return true;
        }
    }
}
