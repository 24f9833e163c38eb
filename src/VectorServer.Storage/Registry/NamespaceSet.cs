using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Registry;

/// <summary>The namespaces of one index by the client's name. Each is opened at its first use; one that cannot be opened says so by itself.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing, and late callers may still ask it.")]
internal sealed class NamespaceSet
{
    /// <summary>What clients see in place of the default namespace's empty name.</summary>
    public const string DefaultListName = "__default__";

    private readonly ConcurrentDictionary<string, Lazy<NamespaceStore>> _stores = new(StringComparer.Ordinal);
    private readonly Lock _changes = new();
    private readonly SemaphoreSlim _removals = new(1); // one removal at a time: of a namespace, or of all with the index
    private readonly string _directory;
    private readonly IndexDescriptor _index;
    private readonly CodecChoice _codecChoice;
    private readonly EngineOptions _options;
    private bool _closed;
    private bool _dropped;

    public NamespaceSet(string directory, IndexDescriptor index, CodecChoice codecChoice, EngineOptions options)
    {
        (_directory, _index, _codecChoice, _options) = (directory, index, codecChoice, options);
        foreach (var found in Directory.GetDirectories(directory))
        {
            if (Path.GetFileName(found).StartsWith(NamespaceLayout.TemporaryMark, StringComparison.Ordinal))
                Directory.Delete(found, recursive: true); // a creation or removal that did not finish
            else if (ReadName(found) is { } name)
                _stores[name] = new Lazy<NamespaceStore>(() => Open(found));
        }
    }

    public static StorageException NotFound() => new(StorageErrorCode.NotFound, "Namespace not found");

    /// <summary>All names, in byte order.</summary>
    public IEnumerable<string> Names() => _stores.Keys.Order(StringComparer.Ordinal);

    /// <summary>The namespaces in use since the index was opened.</summary>
    public IEnumerable<NamespaceStore> Opened() => _stores.Values.Where(store => store.IsValueCreated).Select(store => store.Value);

    /// <summary>False for a namespace that is damaged, which keeps no other from being listed and counted.</summary>
    public bool IsWhole(string name)
    {
        try
        {
            return _stores.TryGetValue(name, out var store) && store.Value is not null;
        }
        catch (StorageException e) when (e.Code == StorageErrorCode.DataCorruption)
        {
            return false;
        }
    }

    /// <exception cref="StorageException">Not found, or damaged.</exception>
    public NamespaceStore Get(string name) => _stores.TryGetValue(name, out var store) ? store.Value : throw NotFound();

    /// <summary>The newest snapshot of a namespace; false if there is no such namespace.</summary>
    public bool TryAcquire(string name, out SnapshotLease lease)
    {
        lease = default;
        return _stores.TryGetValue(name, out var store) && store.Value.TryAcquire(out lease);
    }

    public NamespaceInfo? Describe(string name)
    {
        if (!_stores.TryGetValue(name, out var store) || !store.Value.TryAcquire(out var lease))
            return null;
        using (lease)
            return new NamespaceInfo(name, lease.Snapshot.LiveCount, store.Value.Description.FilterableFields, store.Value.SizeBytes);
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.AlreadyExists"/>.</exception>
    public void Create(string name, IReadOnlyList<string>? filterableFields)
    {
        lock (_changes)
        {
            if (name.Length == 0 || _stores.ContainsKey(name))
                throw new StorageException(StorageErrorCode.AlreadyExists, $"Namespace '{(name.Length == 0 ? DefaultListName : name)}' already exists");
            Add(name, filterableFields);
        }
    }

    /// <summary>Writes to a namespace, which the write creates if need be.</summary>
    public async Task<WriteResult> WriteOrCreateAsync(string name, Func<NamespaceSnapshot, WalOperation?> resolve, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new WriteResult(await GetOrCreate(name).WriteAsync(resolve, readsState: false, cancellation).ConfigureAwait(false));
            }
            catch (ChannelClosedException) when (!_closed)
            {
                await Task.Yield(); // the namespace is being deleted at this moment: write to its successor
            }
            catch (ChannelClosedException)
            {
                throw Closed();
            }
        }
    }

    /// <summary>Writes to a namespace; does nothing if there is none.</summary>
    public async Task<WriteResult> WriteIfPresentAsync(string name, Func<NamespaceSnapshot, WalOperation?> resolve, CancellationToken cancellation) =>
        await TryWriteAsync(name, resolve, readsState: true, cancellation).ConfigureAwait(false) ?? new WriteResult(default);

    /// <summary>Writes to a namespace that must be there; does nothing to the default one before its first write.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public async Task<WriteResult> WriteExistingAsync(
        string name, Func<NamespaceSnapshot, WalOperation?> resolve, bool readsState, CancellationToken cancellation) =>
        await TryWriteAsync(name, resolve, readsState, cancellation).ConfigureAwait(false)
            ?? (name.Length == 0 ? new WriteResult(default) : throw NotFound());

    /// <summary>Removes a namespace; does nothing to the default one before its first write.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        await _removals.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (name.Length == 0 && !_stores.ContainsKey(name))
                return;
            await Get(name).DropAsync(() =>
            {
                lock (_changes)
                    _stores.TryRemove(name, out _);
            }).ConfigureAwait(false);
        }
        finally
        {
            _removals.Release();
        }
    }

    /// <summary>Rewrites a namespace without its deleted rows.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public async Task CompactAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await Get(name).CompactAsync(cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw _closed ? Closed() : NotFound();
        }
    }

    /// <summary>Folds the logs of all namespaces in use into their data files.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        foreach (var store in Opened())
        {
            try
            {
                await store.FlushAsync(cancellation).ConfigureAwait(false);
            }
            catch (ChannelClosedException) when (!_closed)
            {
                // Being deleted: there is nothing to keep.
            }
            catch (ChannelClosedException)
            {
                throw Closed();
            }
        }
    }

    public async Task CloseAsync()
    {
        await _removals.WaitAsync().ConfigureAwait(false);
        try
        {
            _closed = true;
            foreach (var store in Opened())
                await store.CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _removals.Release();
        }
    }

    /// <summary>Removes the index's directory: its name is free at once, its files go when the last reader is done.</summary>
    public async Task DropAsync()
    {
        await _removals.WaitAsync().ConfigureAwait(false);
        try
        {
            await DropAllAsync().ConfigureAwait(false);
        }
        finally
        {
            _removals.Release();
        }
    }

    private async Task<WriteResult?> TryWriteAsync(
        string name, Func<NamespaceSnapshot, WalOperation?> resolve, bool readsState, CancellationToken cancellation)
    {
        try
        {
            return _stores.TryGetValue(name, out var store)
                ? new WriteResult(await store.Value.WriteAsync(resolve, readsState, cancellation).ConfigureAwait(false))
                : null;
        }
        catch (ChannelClosedException)
        {
            return _closed ? throw Closed() : null;
        }
    }

    /// <summary>The name that a directory's description gives; null where it is damaged, and the directory is left alone.</summary>
    private string? ReadName(string directory)
    {
        try
        {
            return NamespaceDescription.Read(NamespaceLayout.Description(directory)).Name;
        }
        catch (StorageException e)
        {
            _options.Log?.Invoke($"A namespace of index '{_index.Name}' is not served, its description in {directory} is damaged: {e}");
            return null;
        }
    }

    private NamespaceStore Open(string directory)
    {
        try
        {
            return NamespaceStore.Open(directory, _index, _codecChoice, _options);
        }
        catch (StorageException e)
        {
            _options.Log?.Invoke($"A namespace of index '{_index.Name}' in {directory} cannot be opened: {e}");
            throw;
        }
    }

    private NamespaceStore GetOrCreate(string name)
    {
        if (_stores.TryGetValue(name, out var store))
            return store.Value;
        lock (_changes)
            return _stores.TryGetValue(name, out store) ? store.Value : Add(name, filterableFields: null);
    }

    private NamespaceStore Add(string name, IReadOnlyList<string>? filterableFields)
    {
        if (_closed)
            throw Closed();
        var description = new NamespaceDescription(name, filterableFields, _options.Time.GetUtcNow());
        var created = NamespaceStore.Create(NamespaceLayout.Namespace(_directory, name), description, _index, _codecChoice, _options);
        _stores[name] = new Lazy<NamespaceStore>(created);
        return created;
    }

    private async Task DropAllAsync()
    {
        NamespaceStore[] opened;
        lock (_changes)
        {
            _dropped = true;
            _closed = true;
            opened = [.. Opened()];
        }

        foreach (var store in opened)
            await store.StopAsync().ConfigureAwait(false);
        _stores.Clear();

        var trash = NamespaceLayout.Temporary(_directory);
        Directory.Move(_directory, trash);
        IO.FileSync.SyncDirectory(Path.GetDirectoryName(_directory)!);
        var open = opened.Length + 1;
        void CloseOne()
        {
            if (Interlocked.Decrement(ref open) == 0)
                Directory.Delete(trash, recursive: true);
        }

        foreach (var store in opened)
            store.Current.Generation.Retire(CloseOne);
        CloseOne();
    }

    private StorageException Closed() => _dropped
        ? new StorageException(StorageErrorCode.NotFound, $"Index {_index.Name} not found.")
        : new StorageException(StorageErrorCode.Unavailable, "The index is closing");
}
