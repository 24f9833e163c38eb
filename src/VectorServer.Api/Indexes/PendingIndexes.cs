using System.Collections.Concurrent;
using VectorServer.Api.Addressing;
using VectorServer.Api.Errors;
using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>
/// The names and ports of indexes that the engine does not have: those being created, those being restored, and those whose restore
/// failed. A name is taken here before the engine is asked, so no two ever make the same index. Thread-safe.
/// </summary>
internal sealed class PendingIndexes(IStorageEngine engine, IndexPorts ports, ServerOptions options)
{
    private readonly ConcurrentDictionary<string, PendingIndex?> _byName = new(StringComparer.Ordinal);

    /// <summary>Those that clients see, by name.</summary>
    public IEnumerable<PendingIndex> List() => _byName.Values.OfType<PendingIndex>();

    public PendingIndex? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Takes a name, and opens the port the index will have; null where it shares the main one.</summary>
    /// <exception cref="WireException">The name is taken, or no port is left.</exception>
    public async Task<int?> TakeAsync(string name, CancellationToken cancellation)
    {
        if (!_byName.TryAdd(name, null))
            throw Taken();
        try
        {
            if (engine.TryGetIndex(name, out _))
                throw Taken();
            return options.Addressing == AddressingMode.Port && !StartIndex.Is(name, options)
                ? await ports.OpenAsync(name, cancellation)
                : null;
        }
        catch
        {
            _byName.TryRemove(name, out _);
            throw;
        }
    }

    /// <summary>Lets clients see an index whose name is taken.</summary>
    public void Show(PendingIndex index) => _byName[index.Name] = index;

    /// <summary>The name is the engine's index's now.</summary>
    public void Release(string name) => _byName.TryRemove(name, out _);

    /// <summary>Name and port are free again: the index will never be.</summary>
    public void GiveBack(string name, int? port)
    {
        if (port is { } open && ports.IndexOn(open) == name)
            ports.Close(open);
        Release(name);
    }

    // Clients look for "already exists" in the text.
    public static WireException Taken() => new(WireError.AlreadyExists, "Resource already exists.");
}

/// <summary>An index that is not in the engine.</summary>
/// <param name="Descriptor">What it is to be, its port included.</param>
/// <param name="State">Never <see cref="IndexState.Ready"/>.</param>
/// <param name="AbandonAsync">Deletes it: what is under way ends, name and port become free.</param>
internal sealed record PendingIndex(IndexDescriptor Descriptor, IndexState State, Func<Task> AbandonAsync)
{
    public string Name => Descriptor.Name;

    /// <summary>Why a request for its records cannot be answered.</summary>
    public WireException Refusal() => State switch
    {
        IndexState.Initializing => new(WireError.Unavailable, $"Index {Name} is being restored: ask again when its status is Ready"),
        IndexState.Terminating => new(WireError.NotFound, $"Index {Name} not found."),
        _ => new(WireError.FailedPrecondition, $"Index {Name} could not be restored: delete it"),
    };
}
