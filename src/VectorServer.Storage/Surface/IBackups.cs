namespace VectorServer.Storage;

/// <summary>Copies of indexes, from which new ones are made. Thread-safe.</summary>
public interface IBackups
{
    /// <summary>Every backup that is whole, by id.</summary>
    ValueTask<IReadOnlyList<BackupInfo>> ListAsync(CancellationToken cancellation = default);

    /// <summary>The backup; null if there is none.</summary>
    ValueTask<BackupInfo?> FindAsync(string id, CancellationToken cancellation = default);

    /// <summary>
    /// Writes a backup of a live index: of each namespace its state at one moment, taken when its turn comes. Writers go on meanwhile. All
    /// or nothing.
    /// </summary>
    /// <param name="index">What to back up; of this engine.</param>
    /// <param name="id">1..100 of <c>[a-z0-9-]</c>, not taken.</param>
    /// <param name="attributes">A JSON document of the host's.</param>
    /// <param name="cancellation">Stops the backup.</param>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.AlreadyExists"/>: the id is taken; <see cref="StorageErrorCode.DataCorruption"/> names the namespace that is
    /// damaged; <see cref="StorageErrorCode.NotFound"/>: the index was removed meanwhile; <see cref="StorageErrorCode.Unavailable"/>: the
    /// engine closes.
    /// </exception>
    Task<BackupInfo> CreateAsync(IVectorIndex index, string id, string attributes, CancellationToken cancellation = default);

    /// <summary>Removes the backup, damaged or not.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    ValueTask DeleteAsync(string id, CancellationToken cancellation = default);

    /// <summary>Reads the whole backup and compares it with its checksums.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>; <see cref="StorageErrorCode.DataCorruption"/>.</exception>
    Task VerifyAsync(string id, CancellationToken cancellation = default);
}
