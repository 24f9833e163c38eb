using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Backups;

/// <summary>The backups of a data directory. A backup is a directory of its own that may be copied to another machine's. Thread-safe.</summary>
public sealed class BackupStore
{
    internal BackupStore()
    {
    }

    /// <summary>Every whole backup, by id.</summary>
    public IReadOnlyList<BackupInfo> List() => throw new NotImplementedException();

    /// <summary>The backup; null if there is none.</summary>
    public BackupInfo? Find(string id) => throw new NotImplementedException();

    /// <summary>
    /// Writes a backup of a live index: of each namespace a snapshot at one LSN, taken when its turn comes. Writers go on meanwhile. All
    /// or nothing: a backup that fails or is cancelled leaves nothing.
    /// </summary>
    /// <param name="index">What to back up.</param>
    /// <param name="id">1..100 of <c>[a-z0-9-]</c>, not taken.</param>
    /// <param name="attributes">A JSON document of the host's.</param>
    /// <param name="cancellation">Stops the backup.</param>
    public Task<BackupInfo> CreateAsync(VectorIndex index, string id, string attributes, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <summary>Removes the backup.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public void Delete(string id) => throw new NotImplementedException();

    /// <summary>Reads the whole backup and compares it with its checksums.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>; <see cref="StorageErrorCode.DataCorruption"/> names the file.</exception>
    public Task VerifyAsync(string id, CancellationToken cancellation = default) => throw new NotImplementedException();
}
