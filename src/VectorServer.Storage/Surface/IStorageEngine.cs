using System.Diagnostics.CodeAnalysis;

namespace VectorServer.Storage;

/// <summary>
/// A storage engine, as a host sees it: indexes, backups, and the host's own documents. Thread-safe. The handles of all indexes are in memory;
/// what may have to wait for a disk or another server is asynchronous.
/// </summary>
public interface IStorageEngine : IAsyncDisposable
{
    /// <summary>Every index, by name.</summary>
    IReadOnlyList<IVectorIndex> Indexes { get; }

    /// <summary>JSON documents that the host keeps.</summary>
    IHostDocuments Documents { get; }

    /// <summary>Copies of indexes.</summary>
    IBackups Backups { get; }

    /// <summary>What is known to be damaged.</summary>
    IDamageReports Damage { get; }

    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.NotFound"/>; <see cref="StorageErrorCode.DataCorruption"/>: damaged and not served.
    /// </exception>
    IVectorIndex GetIndex(string name);

    /// <summary>False where there is none, or none that is served.</summary>
    bool TryGetIndex(string name, [NotNullWhen(true)] out IVectorIndex? index);

    /// <param name="descriptor">What to create; <see cref="IndexDescriptor.CreatedAt"/> is set by the engine.</param>
    /// <param name="sample">Vectors like those to come, <c>[n][dimension]</c>, which an engine may learn from; null for none.</param>
    /// <param name="cancellation">Gives up waiting; the index may be made all the same.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.AlreadyExists"/>, <see cref="StorageErrorCode.InvalidArgument"/>.</exception>
    ValueTask<IVectorIndex> CreateIndexAsync(
        IndexDescriptor descriptor, IReadOnlyList<float[]>? sample = null, CancellationToken cancellation = default);

    /// <summary>
    /// Replaces <see cref="IndexDescriptor.Attributes"/>, <see cref="IndexDescriptor.Compression"/> and <see cref="IndexDescriptor.Search"/> by
    /// what <paramref name="change"/> makes of them, one caller at a time.
    /// </summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>, or what <paramref name="change"/> throws.</exception>
    ValueTask<IndexDescriptor> ConfigureIndexAsync(
        string name, Func<IndexDescriptor, IndexDescriptor> change, CancellationToken cancellation = default);

    /// <summary>Removes an index; its name is free when the task ends.</summary>
    /// <param name="name">Which index.</param>
    /// <param name="check">Told what the index is, which nobody changes meanwhile: what it throws keeps the index. Not asked where it is damaged.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>, or what <paramref name="check"/> throws.</exception>
    Task DropIndexAsync(string name, Action<IndexDescriptor>? check = null);

    /// <summary>
    /// Creates an index from a backup, all or nothing. Vector type and dimension are the backup's; name, id, settings and attributes are
    /// <paramref name="target"/>'s.
    /// </summary>
    /// <param name="backupId">The backup.</param>
    /// <param name="target">What the index is to be.</param>
    /// <param name="metric">Of the new index; null takes the backup's.</param>
    /// <param name="progress">Told the share done, 0..1.</param>
    /// <param name="cancellation">Stops the restore; nothing is left of it.</param>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.NotFound"/>: no such backup; <see cref="StorageErrorCode.AlreadyExists"/>: the index name is taken;
    /// <see cref="StorageErrorCode.DataCorruption"/>: the backup is damaged.
    /// </exception>
    Task<IVectorIndex> RestoreIndexAsync(
        string backupId, IndexDescriptor target, Metric? metric, IProgress<double>? progress, CancellationToken cancellation);
}
