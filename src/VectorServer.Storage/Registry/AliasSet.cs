using System.Collections.Immutable;

namespace VectorServer.Storage.Registry;

/// <summary>
/// The aliases of one index, in memory and in their file. Reads take no lock; the caller sees to it that one change is made at a time.
/// Aliases that cannot be read are not taken for none: whatever depends on them is refused until the file is mended or removed.
/// </summary>
internal sealed class AliasSet
{
    private static readonly ImmutableSortedDictionary<string, NamespaceAlias> None =
        ImmutableSortedDictionary.Create<string, NamespaceAlias>(StringComparer.Ordinal);

    private readonly IO.Disk _disk;
    private readonly string _path;
    private volatile State _state;
    private bool _isUnsettled; // what is found may not be durable, as a change failed

    private AliasSet(IO.Disk disk, string path) => (_disk, _path, _state) = (disk, path, Load(path));

    /// <summary>All aliases, by name.</summary>
    /// <exception cref="StorageException">They could not be read.</exception>
    public ImmutableSortedDictionary<string, NamespaceAlias> All => _state.Failure is { } failure ? throw Refusal(failure) : _state.Aliases;

    public static AliasSet Open(IO.Disk disk, string path, string indexName, Action<string>? log)
    {
        var set = new AliasSet(disk, path);
        if (set._state.Failure is { } failure)
            log?.Invoke($"The aliases of index '{indexName}' in {path} cannot be read, and its namespaces are neither created nor deleted: {failure}");
        return set;
    }

    /// <summary>The alias of a name; null if there is none. The default namespace's name never is one.</summary>
    /// <exception cref="StorageException">The aliases could not be read.</exception>
    public NamespaceAlias? Find(string name) => name.Length == 0 ? null : All.GetValueOrDefault(name);

    /// <summary>Adds the alias, or replaces the one of its name; durable when the method returns.</summary>
    public void Put(NamespaceAlias alias) => Change(All.SetItem(alias.Name, alias));

    public void Remove(string name) => Change(All.Remove(name));

    /// <summary>Before a change, or an answer that a client takes for a change done: what a change that failed left is made durable.</summary>
    /// <exception cref="StorageException">The disk still refuses.</exception>
    public void Settle()
    {
        if (_isUnsettled)
            Change(All);
    }

    private static State Load(string path)
    {
        try
        {
            return new State(None.AddRange(AliasFile.Read(path).Select(alias => KeyValuePair.Create(alias.Name, alias))), null);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            return new State(None, e);
        }
    }

    // A fresh one for each caller: one exception is not thrown by two threads.
    private static StorageException Refusal(Exception failure) => failure is StorageException damage
        ? new StorageException(damage.Code, damage.Message, damage)
        : new StorageException(StorageErrorCode.Unavailable, "The file of the index's aliases cannot be read", failure);

    private void Change(ImmutableSortedDictionary<string, NamespaceAlias> aliases)
    {
        try
        {
            AliasFile.Write(_disk, _path, aliases.Values);
            _state = new State(aliases, null);
            _isUnsettled = false;
        }
        catch (Exception e)
        {
            _state = Load(_path); // how far it came, only the disk knows
            _isUnsettled = true;
            if (IO.DiskErrors.IsDiskError(e))
                throw IO.DiskErrors.Refusal(e, "The alias could not be changed");
            throw;
        }
    }

    private sealed record State(ImmutableSortedDictionary<string, NamespaceAlias> Aliases, Exception? Failure);
}
