using VectorServer.Storage.IO;

namespace VectorServer.Storage.CrashWriter;

/// <summary>The machine's disk, on which the process ends at a chosen operation. See <see cref="KillPoint"/>.</summary>
internal sealed class KillingDisk(KillPoint point) : Disk
{
    public override DiskFile Open(string path, FileMode mode, FileShare share = FileShare.Read)
    {
        if (mode is FileMode.Create or FileMode.CreateNew)
            point.PassChange();
        return new KillingFile(point, path, File.OpenHandle(path, mode, FileAccess.ReadWrite, share));
    }

    public override void MoveFile(string from, string to)
    {
        var isCheckpoint = Path.GetFileName(to) == "checkpoint.json";
        point.PassChange();
        point.Pass(KillPoint.BeforeRename);
        if (isCheckpoint)
            point.Pass(KillPoint.BeforeCheckpoint);
        base.MoveFile(from, to);
        point.Pass(KillPoint.AfterRename);
        if (isCheckpoint)
            point.Pass(KillPoint.AfterCheckpoint);
    }

    public override void MoveDirectory(string from, string to)
    {
        point.PassChange();
        point.Pass(KillPoint.BeforeRename);
        base.MoveDirectory(from, to);
        point.Pass(KillPoint.AfterRename);
    }

    public override void DeleteFile(string path)
    {
        point.PassChange();
        if (path.EndsWith(".wal", StringComparison.Ordinal))
            point.Pass(KillPoint.LogCut);
        base.DeleteFile(path);
    }

    public override void CreateDirectory(string path)
    {
        point.PassChange();
        base.CreateDirectory(path);
    }

    public override void DeleteDirectory(string path)
    {
        point.PassChange();
        base.DeleteDirectory(path);
    }

    public override void SyncDirectory(string path)
    {
        point.PassChange();
        base.SyncDirectory(path);
    }

    public override void SqliteWrites(string path)
    {
        point.PassChange();
        point.Pass(KillPoint.Metadata);
    }

    private sealed class KillingFile(KillPoint point, string path, Microsoft.Win32.SafeHandles.SafeFileHandle handle) : DiskFile(handle)
    {
        private readonly bool _isLog = path.EndsWith(".wal", StringComparison.Ordinal);

        public override void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            point.PassChange();
            if (_isLog && point.IsNext(KillPoint.LogTorn))
                base.Write(bytes[..(bytes.Length / 2)], offset);
            if (_isLog)
                point.Pass(KillPoint.LogTorn);
            base.Write(bytes, offset);
            if (_isLog)
                point.Pass(KillPoint.LogAppended);
            else if (path.EndsWith("vectors.npy", StringComparison.Ordinal))
                point.Pass(KillPoint.Vectors);
            else if (path.Contains("ann.bin", StringComparison.Ordinal))
                point.Pass(KillPoint.ApproximateIndex);
        }

        public override void SetLength(long length)
        {
            point.PassChange();
            base.SetLength(length);
        }

        public override void Sync()
        {
            point.PassChange();
            base.Sync();
            if (_isLog)
                point.Pass(KillPoint.LogSynced);
        }
    }
}
