using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using VectorServer.Storage.Backups;
using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage;

/// <summary>The door to a data directory: one process opens it, lists and changes its indexes, and closes it. Thread-safe.</summary>
public sealed partial class VectorEngine : IAsyncDisposable
{
    private const int IndexNameLengthMax = 45;

    // What a host name can hold: clients find an index by its address.
    private static readonly SearchValues<char> IndexNameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly EngineServices _services;
    private readonly DataDirectoryLock _lock;
    private readonly RegistryFile _registryFile;
    private readonly IndexRegistry _registry;
    private readonly ConcurrentDictionary<string, VectorIndex> _indexes = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changes = new(1); // one change of the registry at a time
    private readonly BackupWork _backupWork = new();
    private bool _disposed;

    private VectorEngine(EngineServices services, DataDirectoryLock directoryLock, RegistryFile registryFile)
    {
        (_services, _lock, _registryFile) = (services, directoryLock, registryFile);
        _registry = new IndexRegistry(registryFile);
        Documents = new DocumentStore(registryFile);
        Backups = new BackupStore(services, _backupWork);
    }

    /// <summary>What the host keeps in the data directory besides indexes.</summary>
    public DocumentStore Documents { get; }

    /// <summary>What is damaged, and counts for metrics.</summary>
    public DamageLog Damage => _services.Damage;

    /// <summary>
    /// Copies of indexes in the data directory, from which
    /// <see cref="RestoreIndexAsync(string, IndexDescriptor, IProgress{double}, CancellationToken)"/> makes new ones.
    /// </summary>
    public BackupStore Backups { get; }

    /// <summary>Every index, by name.</summary>
    public IReadOnlyList<VectorIndex> Indexes => [.. _indexes.Values.OrderBy(index => index.Descriptor.Name, StringComparer.Ordinal)];

    /// <summary>Opens or creates the directory and takes its lock. Namespaces are opened when first used.</summary>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.FailedPrecondition"/>: another process holds the directory.
    /// </exception>
    public static VectorEngine Open(EngineOptions options) => Open(new EngineServices(options));

    /// <summary>The same on parts that a test brings.</summary>
    internal static VectorEngine Open(EngineServices services)
    {
        MakeDirectories(services);
        var directoryLock = DataDirectoryLock.Acquire(services.Options.DataDirectory);
        RegistryFile? registryFile = null;
        try
        {
            services = services with
            {
                Reserve = new SpaceReserve(
                    services.Disk, NamespaceLayout.Reserve(services.Options.DataDirectory), services.Options.ReserveBytes, services.Log),
                OpenNamespaces = new OpenNamespaces(services.Options.OpenNamespacesMax ?? OpenNamespaces.UsualMax(), OpenWaitMax),
            };
            services.Reserve.TryTake();
            registryFile = RegistryFile.Open(services);
            services.Disk.SyncDirectory(services.Options.DataDirectory); // the names of the indexes' directory and of the registry
            var engine = new VectorEngine(services, directoryLock, registryFile);
            Query.FirstFilter.Prepare();
            engine.OpenIndexes();
            engine.WatchIdle();
            return engine;
        }
        catch
        {
            registryFile?.Dispose();
            directoryLock.Dispose();
            throw;
        }
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: <c>Index NAME not found.</c></exception>
    public VectorIndex GetIndex(string name) =>
        TryGetIndex(name, out var index) ? index
        : Damage.WhatIsWrong(name, null) is { } what
            ? throw new StorageException(StorageErrorCode.DataCorruption, $"Index {name} is damaged and not served: {what}")
        : throw new StorageException(StorageErrorCode.NotFound, $"Index {name} not found.");

    public bool TryGetIndex(string name, [NotNullWhen(true)] out VectorIndex? index)
    {
        index = null;
        return name is not null && _indexes.TryGetValue(name, out index);
    }

    /// <param name="descriptor">What to create; <see cref="IndexDescriptor.CreatedAt"/> is set by the engine.</param>
    /// <param name="calibrationSample">
    /// Vectors to calibrate the codes on, <c>[n][dimension]</c>; null calibrates on the first rows written.
    /// </param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.AlreadyExists"/>, <see cref="StorageErrorCode.InvalidArgument"/>.</exception>
    public VectorIndex CreateIndex(IndexDescriptor descriptor, IReadOnlyList<float[]>? calibrationSample = null)
    {
        CheckDescriptor(descriptor);
        _changes.Wait();
        try
        {
            ThrowIfDisposed();
            CheckFree(descriptor.Name);
            return Make(descriptor, aside => VectorIndex.Create(_services.Disk, aside, descriptor, calibrationSample), Register);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>
    /// Replaces <see cref="IndexDescriptor.Attributes"/>, <see cref="IndexDescriptor.Compression"/> and
    /// <see cref="IndexDescriptor.Search"/> by what <paramref name="change"/>
    /// makes of them, one caller at a time; namespaces take another compression in the background.
    /// </summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>, or what <paramref name="change"/> throws.</exception>
    public IndexDescriptor ConfigureIndex(string name, Func<IndexDescriptor, IndexDescriptor> change)
    {
        _changes.Wait();
        try
        {
            ThrowIfDisposed();
            var index = GetIndex(name);
            var wanted = change(index.Descriptor);
            var changed = index.Descriptor with { Attributes = wanted.Attributes, Compression = wanted.Compression, Search = wanted.Search };
            changed.Search.Check();
            _registry.Write(changed);
            index.Configure(changed);
            return changed;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Removes the index; its name is free when the task ends, its files go when the last reader is done.</summary>
    /// <param name="name">Which index.</param>
    /// <param name="check">
    /// Told what the index is now, which nobody changes meanwhile: what it throws keeps the index. Not asked where it is damaged.
    /// </param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>, or what <paramref name="check"/> throws.</exception>
    public async Task DropIndexAsync(string name, Action<IndexDescriptor>? check = null)
    {
        await _changes.WaitAsync().ConfigureAwait(false);
        try
        {
            ThrowIfDisposed();
            if (_indexes.TryGetValue(name, out var index))
                check?.Invoke(index.Descriptor);
            await RemoveAsync(name).ConfigureAwait(false);
        }
        finally
        {
            _changes.Release();
        }
    }

    private async Task RemoveAsync(string name)
    {
        try
        {
            MarkUnfinished(name);
            if (!_indexes.TryRemove(name, out var index) && Damage.WhatIsWrong(name, null) is null)
            {
                // Until it is synced, the renaming in a removal that failed may be undone by a power loss.
                _services.Disk.SyncDirectory(NamespaceLayout.Indexes(_services.Options.DataDirectory));
                throw new StorageException(StorageErrorCode.NotFound, $"Index {name} not found.");
            }

            // The directory goes first: a marked index whose directory is missing at open is a drop to finish, while a
            // directory without an index would look like data to keep.
            if (index is not null)
                await index.DropAsync().ConfigureAwait(false);
            else
                DropUnopened(name);
            _registry.Remove(name);
            Damage.ClearIndex(name);
        }
        catch (Exception e) when (!_disposed && e.IsDiskError())
        {
            Reopen(name);
            throw DiskErrors.Refusal(e, $"Index {name} could not be removed");
        }
    }

    /// <summary>
    /// Creates an index from a backup, whose files are compared with their checksums on the way; all or nothing. What is fixed at creation
    /// (vector type, dimension, metric) is the backup's; name, id, compression and attributes are <paramref name="target"/>'s.
    /// </summary>
    /// <param name="backupId">The backup.</param>
    /// <param name="target">What the index is to be.</param>
    /// <param name="progress">Told the share done, 0..1.</param>
    /// <param name="cancellation">Stops the restore; nothing is left of it.</param>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.NotFound"/>: no such backup; <see cref="StorageErrorCode.AlreadyExists"/>: the index name is taken;
    /// <see cref="StorageErrorCode.DataCorruption"/>: the backup is damaged, and in which file.
    /// </exception>
    public Task<VectorIndex> RestoreIndexAsync(
        string backupId, IndexDescriptor target, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        RestoreIndexAsync(backupId, target, metric: null, progress, cancellation);

    /// <summary>
    /// Does as <see cref="RestoreIndexAsync(string, IndexDescriptor, IProgress{double}, CancellationToken)"/>, and gives a dense index the
    /// metric asked for: the vectors are the backup's, what is derived from them is made anew. Null takes the backup's metric.
    /// </summary>
    public Task<VectorIndex> RestoreIndexAsync(
        string backupId, IndexDescriptor target, Metric? metric, IProgress<double>? progress, CancellationToken cancellation) =>
        _backupWork.RunAsync(stop => Backups.Read(backupId, backup => Restore(backup, target, metric, progress, stop)), cancellation);

    /// <summary>
    /// Stops backups and restores, waits for requests under way, folds every log into its data files and releases the directory.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_idleTimer is not null)
            await _idleTimer.DisposeAsync().ConfigureAwait(false);
        await _backupWork.CloseAsync().ConfigureAwait(false);
        await _changes.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_disposed)
                return;
            _disposed = true;
            try
            {
                await Task.WhenAll(_indexes.Values.Select(index => index.CloseAsync())).ConfigureAwait(false);
            }
            finally
            {
                _registryFile.Dispose();
                _lock.Dispose();
            }
        }
        finally
        {
            _changes.Release();
        }
    }

    private static void MakeDirectories(EngineServices services)
    {
        var isNew = !Directory.Exists(services.Options.DataDirectory);
        services.Disk.CreateDirectory(NamespaceLayout.Indexes(services.Options.DataDirectory));
        if (isNew && Path.GetDirectoryName(Path.GetFullPath(services.Options.DataDirectory)) is { } parent)
            services.Disk.SyncDirectory(parent);
    }

    private void ThrowIfDisposed()
    {
        if (_disposed)
            throw new StorageException(StorageErrorCode.Unavailable, "The engine is closed");
    }

    /// <summary>Copies without the registry's lock, which only the end takes: whoever comes first gets the name.</summary>
    private VectorIndex Restore(
        BackupReader backup, IndexDescriptor target, Metric? metric, IProgress<double>? progress, CancellationToken cancellation)
    {
        var source = backup.Manifest.Index;
        var wanted = target with { VectorType = source.VectorType, Dimension = source.Dimension, Metric = metric ?? source.Metric };
        CheckDescriptor(wanted);
        ThrowIfTaken(wanted.Name); // before the copying, to be asked again after it
        var restored = Make(wanted, aside => backup.CopyTo(_services.Disk, aside, wanted.Metric, _services.Log, progress, cancellation), (descriptor, aside) =>
        {
            _changes.Wait(cancellation);
            try
            {
                ThrowIfDisposed();
                CheckFree(descriptor.Name);
                return Register(descriptor, aside);
            }
            finally
            {
                _changes.Release();
            }
        });
        progress?.Report(1); // there are no bytes in the backup of an empty index
        return restored;
    }

    private void ThrowIfTaken(string name)
    {
        if (_indexes.ContainsKey(name) || Damage.IsDamaged(name))
            throw new StorageException(StorageErrorCode.AlreadyExists, "Resource already exists.");
    }

    /// <summary>
    /// The caller holds the registry's lock: while an index is being removed, its directory is there and its name is not.
    /// </summary>
    private void CheckFree(string name)
    {
        ThrowIfTaken(name);
        var directory = NamespaceLayout.Index(_services.Options.DataDirectory, name);
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            throw new StorageException(StorageErrorCode.FailedPrecondition, "The data directory holds files under this index's name that no index owns");
    }

    /// <summary>
    /// Makes an index's directory aside and moves it last: whatever step a crash comes after, the next open finds nothing in its name's way.
    /// </summary>
    /// <param name="descriptor">The index.</param>
    /// <param name="fill">Makes the directory it is given.</param>
    /// <param name="register">Moves it in place.</param>
    private VectorIndex Make(IndexDescriptor descriptor, Action<string> fill, Func<IndexDescriptor, string, VectorIndex> register)
    {
        var aside = NamespaceLayout.Temporary(NamespaceLayout.Index(_services.Options.DataDirectory, descriptor.Name));
        try
        {
            _services.Reserve.Demand();
            fill(aside);
            return register(descriptor, aside);
        }
        catch (Exception e)
        {
            Trash.Delete(_services.Disk, aside);
            if (e is IOException or UnauthorizedAccessException)
                throw DiskErrors.Refusal(e, $"Index {descriptor.Name} could not be made");
            throw;
        }
    }

    /// <summary>
    /// Registers an index whose name is free and whose directory lies aside, and opens it. The caller holds the registry's lock.
    /// </summary>
    private VectorIndex Register(IndexDescriptor descriptor, string aside)
    {
        var created = descriptor with { CreatedAt = _services.Time.GetUtcNow() };
        var directory = NamespaceLayout.Index(_services.Options.DataDirectory, created.Name);
        _registry.Write(created, isUnfinished: true);
        try
        {
            if (Directory.Exists(directory))
                _services.Disk.DeleteDirectory(directory);
            _services.Disk.MoveDirectory(aside, directory);
            _services.Disk.SyncDirectory(NamespaceLayout.Indexes(_services.Options.DataDirectory));
            var index = VectorIndex.Open(directory, created, _services);
            MarkFinished(created);
            return _indexes[created.Name] = index;
        }
        catch
        {
            if (!Directory.Exists(aside))
                _services.Disk.MoveDirectory(directory, aside);
            _registry.Remove(created.Name);
            throw;
        }
    }

    private static void CheckDescriptor(IndexDescriptor descriptor)
    {
        if (descriptor is null)
            throw StorageException.Invalid("The description of an index must not be null");
        if (descriptor.Name is not { Length: >= 1 and <= IndexNameLengthMax } name)
            throw StorageException.Invalid($"Index name must be 1 to {IndexNameLengthMax} characters long, got {descriptor.Name?.Length ?? 0}");
        if (name.AsSpan().ContainsAnyExcept(IndexNameCharacters) || name[0] == '-' || name[^1] == '-')
            throw StorageException.Invalid(
                $"Index name must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character, got '{name}'");
        if (!Enum.IsDefined(descriptor.VectorType) || !Enum.IsDefined(descriptor.Metric) || !Enum.IsDefined(descriptor.Compression))
            throw StorageException.Invalid($"Index '{name}' has a vector type, metric or compression of no kind known here");
        if (descriptor.Attributes is null || descriptor.Search is null)
            throw StorageException.Invalid("The attributes and search options of an index must not be null");
        descriptor.Search.Check();
        if (descriptor.VectorType == VectorType.Dense && descriptor.Dimension is < 1 or > 20_000)
            throw StorageException.Invalid($"Dimension must be between 1 and 20000, got {descriptor.Dimension}");
        if (descriptor.VectorType == VectorType.Sparse && (descriptor.Dimension != 0 || descriptor.Metric != Metric.DotProduct))
            throw StorageException.Invalid("A sparse index has no dimension and the metric dotproduct");
    }
}
