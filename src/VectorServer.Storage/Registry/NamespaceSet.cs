using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using VectorServer.Storage.IO;
using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Registry;

/// <summary>
/// The namespaces of one index by the client's name. Each is opened at its first use; one that cannot be opened says so by itself.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Semaphore and token source have no wait handle or timer to dispose, and late callers must still find them.")]
internal sealed partial class NamespaceSet
{
    /// <summary>What clients see in place of the default namespace's empty name.</summary>
    public const string DefaultListName = "__default__";

    private readonly ConcurrentDictionary<string, Lazy<NamespaceStore>> _stores = new(StringComparer.Ordinal);
    private readonly Lock _changes = new();
    private readonly SemaphoreSlim _endings = new(1); // a namespace's removal never meets another end of it: the index's removal or close
    private readonly string _directory;
    private readonly IndexDescriptor _index;
    private readonly CodecChoice _codecChoice;
    private readonly SearchChoice _searchChoice;
    private readonly EngineServices _services;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<string> _unreadable = [];
    private volatile bool _closed;
    private volatile bool _dropped;

    public NamespaceSet(string directory, IndexDescriptor index, CodecChoice codecChoice, SearchChoice searchChoice, EngineServices services)
    {
        (_directory, _index, _codecChoice, _searchChoice, _services) = (directory, index, codecChoice, searchChoice, services);
        _aliases = AliasSet.Open(services.Disk, NamespaceLayout.Aliases(directory), index.Name, services.Log);
        FindNamespaces();
    }

    public static StorageException NotFound() => new(StorageErrorCode.NotFound, "Namespace not found");

    /// <summary>The names of all that readers may see, in byte order.</summary>
    public IEnumerable<string> Names() => _closed
        ? throw Closing()
        : _stores.Where(store => !store.Value.IsValueCreated || store.Value.Value.IsVisible)
            .Select(store => store.Key)
            .Order(StringComparer.Ordinal);

    /// <summary>Cancelled when the index is about to close or to be removed.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Directories of namespaces whose very names are damaged, so that they are not served.</summary>
    public IEnumerable<string> Unreadable => _unreadable.Where(Directory.Exists).Select(directory => Path.GetFileName(directory));

    /// <summary>All there are, those included that readers do not see yet.</summary>
    public int Count => _stores.Count;

    /// <summary>The namespaces in use since the index was opened.</summary>
    public IEnumerable<NamespaceStore> Opened() => _stores.Values.Where(store => store.IsValueCreated).Select(store => store.Value);

    /// <summary>False for a namespace that is damaged or cannot be read, which keeps no other from being listed and counted.</summary>
    public bool IsWhole(string name)
    {
        try
        {
            return AsLeft(name) is not null || Find(name) is not null;
        }
        catch (Exception e) when (!_closed && (e.IsDiskError() || e is StorageException { IsOfTheData: true } or StorageException { Code: StorageErrorCode.Unavailable }))
        {
            return false;
        }
    }

    /// <exception cref="StorageException">Not found, an alias, damaged, or closing.</exception>
    public NamespaceStore Get(string name) => Find(name) ?? throw Absent(name);

    /// <summary>
    /// The newest snapshot of a namespace, by its own name, that readers may see; false if there is none, as for no such namespace.
    /// </summary>
    /// <exception cref="StorageException">Damaged, or closing.</exception>
    public bool TryAcquire(string name, out SnapshotLease lease) => Acquire(name, out lease) is not null;

    /// <summary>
    /// Holds a namespace's newest snapshot to read all of it, whatever becomes of the namespace; null once it is deleted.
    /// </summary>
    /// <exception cref="StorageException">Damaged, or closing.</exception>
    public HeldNamespace? Hold(string name, CancellationToken cancellation)
    {
        while (Find(name) is { } store)
        {
            if (HeldNamespace.Take(store) is { } held)
                return held;

            // It is being deleted at this moment, or fails to be and comes back.
            _endings.Wait(cancellation);
            _endings.Release();
        }

        return null;
    }

    public NamespaceInfo? Describe(string name)
    {
        if (AsLeft(name) is { } left)
            return left.Info;
        if (Acquire(name, out var lease) is not { } store)
            return null;
        using (lease)
            return InfoOf(name, store, lease.Snapshot);
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.AlreadyExists"/>.</exception>
    public void Create(string name, IReadOnlyList<string>? filterableFields)
    {
        lock (_changes)
        {
            if (name.Length == 0 || _stores.ContainsKey(name))
                throw new StorageException(StorageErrorCode.AlreadyExists, $"Namespace '{(name.Length == 0 ? DefaultListName : name)}' already exists");
            Add(name, filterableFields, visible: true); // its maker is told what it is
        }
    }

    /// <summary>Writes to a namespace, which is created if need be.</summary>
    public async Task<WriteResult> WriteOrCreateAsync(string name, Func<NamespaceStore, Task<Lsn>> write, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new WriteResult(await write(GetOrCreate(name)).ConfigureAwait(false));
            }
            catch (ChannelClosedException) when (!_closed)
            {
                // The namespace is being deleted at this moment: write to its successor.
                await _endings.WaitAsync(cancellation).ConfigureAwait(false);
                _endings.Release();
            }
            catch (ChannelClosedException)
            {
                throw Closing();
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

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public async Task CompactAsync(string name, CancellationToken cancellation)
    {
        while (true)
        {
            var store = Get(name);
            try
            {
                await store.CompactAsync(cancellation).ConfigureAwait(false);
                return;
            }
            catch (StorageException e) when (e.Code == StorageErrorCode.DataCorruption)
            {
                throw Damaged(name, e);
            }
            catch (ChannelClosedException) when (!_closed && IsAsleep(store))
            {
                // closed for being idle at this moment: once more
            }
            catch (ChannelClosedException)
            {
                throw _closed ? Closing() : _beingRepaired == name ? BeingRepaired() : NotFound();
            }
        }
    }

    /// <summary>Folds the logs of all namespaces in use.</summary>
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
                // deleted at this moment: nothing to fold
            }
            catch (ChannelClosedException)
            {
                throw Closing();
            }
        }
    }

    /// <summary>Removes a namespace; does nothing to the default one before its first write.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>; an alias targets it.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        await _endings.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            BeginDeletion(name);
            if (!_stores.ContainsKey(name) && !_closed)
                // Until it is synced, the renaming in a removal that failed may be undone by a power loss.
                _services.Disk.SyncDirectory(_directory);
            if (name.Length == 0 && !_stores.ContainsKey(name))
                return;
            if (FindToDelete(name) is { } store)
                await store.DropAsync(Forget).ConfigureAwait(false);
            else
                DropUnopened(name, Forget);
        }
        catch (Exception e) when (e is not StorageException)
        {
            if (_stores.ContainsKey(name))
                _stores[name] = AtFirstUse(name); // closed, but not removed
            if (e.IsDiskError())
                throw DiskErrors.Refusal(e, "The namespace could not be removed");
            throw;
        }
        finally
        {
            EndDeletion();
            _endings.Release();
        }

        void Forget()
        {
            lock (_changes)
                _stores.TryRemove(name, out _);
            _services.Damage.Clear(_index.Name, name);
        }
    }

    private static NamespaceInfo InfoOf(string name, NamespaceStore store, NamespaceSnapshot snapshot) =>
        new(name, snapshot.LiveCount, store.Description.FilterableFields, store.SizeBytes(snapshot));

    private async Task<WriteResult?> TryWriteAsync(
        string name, Func<NamespaceSnapshot, WalOperation?> resolve, bool readsState, CancellationToken cancellation)
    {
        while (Find(name) is { } store)
        {
            try
            {
                return new WriteResult(await store.WriteAsync(resolve, readsState, cancellation).ConfigureAwait(false));
            }
            catch (ChannelClosedException)
            {
                if (_closed)
                    throw Closing();
                if (_beingRepaired == name)
                    throw BeingRepaired();
                if (!IsAsleep(store))
                    break;
            }
        }

        return AliasOf(name) is { } alias ? throw AliasErrors.WriteTo(alias) : null;
    }

    private NamespaceStore Open(string directory)
    {
        try
        {
            ForgetLeft();
            return NamespaceStore.Open(directory, _index, _codecChoice, _searchChoice, _services);
        }
        catch (Exception e) when (e.IsDiskError() && !e.IsOfTheFile())
        {
            _services.Log?.Invoke($"A namespace of index '{_index.Name}' in {directory} cannot be opened: {e}");
            throw DiskErrors.Refusal(e, "The namespace could not be opened");
        }
        catch (Exception e) when (e is StorageException or SqliteException || e.IsOfTheFile())
        {
            _services.Log?.Invoke($"A namespace of index '{_index.Name}' in {directory} cannot be opened: {e}");
            if (e is StorageException { IsOfTheData: false })
                throw;
            var damage = e as StorageException ?? new StorageException(
                StorageErrorCode.DataCorruption, e is SqliteException ? "A metadata file is damaged" : "A file of it is missing or cannot be read", e);
            throw NamespaceLayout.NameOf(directory) is { } name ? Damaged(name, damage) : damage;
        }
    }

    /// <summary>The namespace, opened if need be; null if there is none.</summary>
    private NamespaceStore? Find(string name)
    {
        if (!_stores.TryGetValue(name, out var store))
            return _closed ? throw Closing() : null;
        try
        {
            return store.Value;
        }
        catch (Exception e) when (!_closed && (e is not StorageException { IsOfTheData: true } || e.GetBaseException().IsOfTheFile()))
        {
            // What is not the data's fault, too many open files perhaps, may be over at the next use.
            _stores.TryUpdate(name, AtFirstUse(name), store);
            throw;
        }
    }

    private bool TryAcquire([NotNullWhen(true)] NamespaceStore? store, out SnapshotLease lease)
    {
        lease = default;
        if (store is not null && store.TryAcquire(out lease))
            return true;
        return _closed ? throw Closing() : false;
    }

    private NamespaceStore GetOrCreate(string name)
    {
        if (Find(name) is { } store)
            return store;
        lock (_changes)
            return Find(name) ?? Add(name, filterableFields: null, visible: false);
    }

    private NamespaceStore Add(string name, IReadOnlyList<string>? filterableFields, bool visible)
    {
        if (_closed)
            throw Closing();
        RecordRules.CheckNewNamespaceName(name);
        if (_aliases.Find(name) is { } alias)
            throw AliasErrors.NameInUseByAlias(alias);
        var description = new NamespaceDescription(name, filterableFields, _services.Time.GetUtcNow());
        _services.Reserve.Demand();
        try
        {
            ForgetLeft();
            var created = NamespaceStore.Create(
                NamespaceLayout.Namespace(_directory, name), description, _index, _codecChoice, _searchChoice, _services, visible);
            _stores[name] = new Lazy<NamespaceStore>(created);
            return created;
        }
        catch (Exception e) when (e.IsDiskError())
        {
            if (Directory.Exists(NamespaceLayout.Namespace(_directory, name)))
                _stores[name] = AtFirstUse(name); // made, though not known to be durable
            throw DiskErrors.Refusal(e, "The namespace could not be made");
        }
    }
}
