using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VectorServer.Storage;

/// <summary>Makes bytes and names durable. .NET syncs files but has no call for directories, whose entries a rename or create changes.</summary>
public static partial class FileSync
{
    private const int OpenReadOnly = 0; // O_RDONLY on Linux and macOS
    private const int InvalidArgument = 22; // EINVAL, on both too

    /// <summary>Syncs a file's data and metadata to the disk.</summary>
    public static void SyncFile(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <summary>
    /// Makes creations, renames and removals in a directory durable. NTFS journals them itself, so Windows needs nothing; some network and
    /// shared file systems know no sync of a directory, and do what they do.
    /// </summary>
    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        var descriptor = Open(path, OpenReadOnly);
        if (descriptor < 0)
            throw new IOException($"Cannot open the directory to sync it (errno {Marshal.GetLastPInvokeError()})");

        try
        {
            if (Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
                throw new IOException($"Cannot sync the directory (errno {Marshal.GetLastPInvokeError()})");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
