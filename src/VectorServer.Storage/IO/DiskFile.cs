using Microsoft.Win32.SafeHandles;

namespace VectorServer.Storage.IO;

/// <summary>A file open for reading and writing by position. See <see cref="Disk"/>.</summary>
internal class DiskFile(SafeFileHandle handle) : IDisposable
{
    /// <summary>For reading and mapping.</summary>
    public SafeFileHandle Handle { get; } = handle;

    public long Length => RandomAccess.GetLength(Handle);

    /// <summary>Writes all the bytes; a failure leaves any part of them.</summary>
    public virtual void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(Handle, bytes, offset);

    public virtual void SetLength(long length) => RandomAccess.SetLength(Handle, length);

    /// <summary>Makes the bytes durable. After a failure nobody knows which are, whatever a later sync says.</summary>
    public virtual void Sync() => FileSync.SyncFile(Handle);

    public virtual void Dispose()
    {
        Handle.Dispose();
        GC.SuppressFinalize(this);
    }
}
