namespace VectorServer.Storage.IO;

/// <summary>Keeps a second process out of a data directory. The operating system drops the lock when the process ends, however it ends.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <exception cref="StorageException">Another process holds the directory.</exception>
    public static DataDirectoryLock Acquire(string dataDirectory)
    {
        try
        {
            return new DataDirectoryLock(new FileStream(
                Path.Combine(dataDirectory, "LOCK"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.IsSharingViolation())
        {
            throw new StorageException(
                StorageErrorCode.FailedPrecondition, "The data directory is in use by another process: stop it, or choose another directory", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
