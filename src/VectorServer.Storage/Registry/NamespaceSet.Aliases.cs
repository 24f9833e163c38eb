using System.Collections.Immutable;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <content>
/// Aliases share their names with namespaces. Both are made and removed under one lock, so that no name is ever both and no alias's
/// target goes away.
/// </content>
internal sealed partial class NamespaceSet
{
    /// <summary>Aliases of one index: their file is rewritten whole for every change, and stays below 2 MiB.</summary>
    public const int AliasesMax = 1000;

    private readonly AliasSet _aliases;
    private string? _beingDeleted; // a namespace; changed under the lock

    /// <summary>Reads the namespace that a name means: its own, or an alias's target.</summary>
    /// <param name="name">Of a namespace or an alias.</param>
    /// <param name="read">Takes the name of the namespace and its newest snapshot, null if there is no such namespace.</param>
    /// <exception cref="StorageException">Damaged, closing, or removed in the middle of the read; and what <paramref name="read"/> throws.</exception>
    public T Read<T>(string name, Func<string, NamespaceSnapshot?, T> read)
    {
        while (true)
        {
            var alias = AliasOf(name);
            var target = alias?.TargetNamespace ?? name;
            var isThere = TryAcquire(target, out var lease);
            try
            {
                // Only while an alias stands still is its target sure to be there: else it may have been deleted, and made anew, meanwhile.
                if (ReferenceEquals(alias, AliasOf(name)))
                    return read(target, isThere ? lease.Snapshot : null);
            }
            catch (StorageException e) when (e.Code == StorageErrorCode.DataCorruption && isThere)
            {
                throw Damaged(target, e);
            }
            catch (StorageException e) when (e.Code == StorageErrorCode.NotFound && alias is not null && !ReferenceEquals(alias, AliasOf(name)))
            {
                // The old target was deleted in the middle of the read: read the new one.
            }
            finally
            {
                if (isThere)
                    lease.Dispose();
            }
        }
    }

    /// <summary>All aliases, by name.</summary>
    public ImmutableSortedDictionary<string, NamespaceAlias> Aliases() => _closed ? throw Closing() : _aliases.All;

    /// <exception cref="StorageException">Not found, damaged, or closing.</exception>
    public NamespaceAlias GetAlias(string name) => Aliases().GetValueOrDefault(name) ?? throw AliasErrors.NotFound(name);

    public NamespaceAlias CreateAlias(string name, string target)
    {
        var isDamaged = IsDamaged(target);
        lock (_changes)
        {
            _aliases.Settle();
            if (Aliases().TryGetValue(name, out var existing))
                throw AliasErrors.AlreadyExists(existing);
            if (_stores.ContainsKey(name))
                throw AliasErrors.NameInUseByNamespace(name);
            CheckTarget(target, isDamaged);
            if (_aliases.All.Count >= AliasesMax)
                throw AliasErrors.TooMany(AliasesMax);

            var now = _services.Time.GetUtcNow();
            var created = new NamespaceAlias(name, target, now, now);
            _aliases.Put(created);
            return created;
        }
    }

    public NamespaceAlias RepointAlias(string name, string target)
    {
        var isDamaged = IsDamaged(target);
        lock (_changes)
        {
            _aliases.Settle();
            var alias = GetAlias(name);
            CheckTarget(target, isDamaged);
            var repointed = alias with { TargetNamespace = target, UpdatedAt = _services.Time.GetUtcNow() };
            _aliases.Put(repointed);
            return repointed;
        }
    }

    public void DeleteAlias(string name)
    {
        lock (_changes)
        {
            _aliases.Settle();
            _aliases.Remove(GetAlias(name).Name);
        }
    }

    /// <summary>Why there is no namespace of this name: it is an alias, or nothing at all.</summary>
    public StorageException Absent(string name) => AliasOf(name) is { } alias ? AliasErrors.OperationOn(alias) : NotFound();

    /// <summary>The alias of a name. What is a namespace is none, and needs no aliases that can be read.</summary>
    private NamespaceAlias? AliasOf(string name) => _stores.ContainsKey(name) ? null : _aliases.Find(name);

    /// <summary>From here to the end of the deletion no alias takes the namespace for its target.</summary>
    /// <exception cref="StorageException">One has.</exception>
    private void BeginDeletion(string name)
    {
        lock (_changes)
        {
            if (_aliases.All.Values.FirstOrDefault(alias => alias.TargetNamespace == name) is { } targeting)
                throw AliasErrors.TargetedBy(targeting);
            _beingDeleted = name;
        }
    }

    private void EndDeletion()
    {
        lock (_changes)
            _beingDeleted = null;
    }

    // Opens the namespace, which takes its time: not under the lock.
    private bool IsDamaged(string name) => _stores.ContainsKey(name) && !IsWhole(name);

    private void CheckTarget(string target, bool isDamaged)
    {
        if (_aliases.Find(target) is not null)
            throw AliasErrors.TargetIsAlias(target);
        if (target.Length > 0 && !_stores.ContainsKey(target))
            throw AliasErrors.TargetNotFound(target);
        if (isDamaged || _beingDeleted == target)
            throw AliasErrors.TargetNotActive(target);
    }
}
