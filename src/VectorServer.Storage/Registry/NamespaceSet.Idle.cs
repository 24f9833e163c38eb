using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <content>
/// A namespace that nobody uses is closed, and opened again at its next use. Only one without readers is: whoever comes after that waits
/// for the end of the closing, which itself waits for nobody.
/// </content>
internal sealed partial class NamespaceSet
{
    /// <summary>Gives back the memory and the files of namespaces that nobody has used after a timestamp of the engine's time.</summary>
    public async Task CloseIdleAsync(long since)
    {
        foreach (var (name, store) in _stores)
        {
            if (!store.IsValueCreated || !store.Value.IsIdleSince(since))
                continue;
            await _endings.WaitAsync().ConfigureAwait(false);
            try
            {
                if (!_closed && _stores.TryGetValue(name, out var present) && present == store && store.Value.TryClaim(since))
                    await CloseClaimedAsync(name, store.Value).ConfigureAwait(false);
            }
            finally
            {
                _endings.Release();
            }
        }
    }

    /// <summary>A namespace with its newest snapshot, opened again if it was idle; null if readers see none.</summary>
    private NamespaceStore? Acquire(string name, out SnapshotLease lease)
    {
        while (true)
        {
            var store = Find(name);
            if (TryAcquire(store, out lease))
                return store;
            if (!IsAsleep(store))
                return null;
        }
    }

    private async Task CloseClaimedAsync(string name, NamespaceStore store)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asleep = new ClosedNamespace(
            () =>
            {
                closed.Task.GetAwaiter().GetResult(); // the files must not be open twice
                return _closed ? throw Closing() : Open(NamespaceLayout.Namespace(_directory, name));
            },
            look: null)
        {
            IsClosing = true,
        };
        _stores[name] = asleep;
        try
        {
            await store.CloseAsync().ConfigureAwait(false); // after its last writes
            asleep.Left = store.AsLeft();
        }
        finally
        {
            asleep.IsClosing = false;
            closed.SetResult();
        }
    }

    /// <summary>Whether a store was given up for being idle, so that its name stands for another now, or will in a moment.</summary>
    private static bool IsAsleep(NamespaceStore? store)
    {
        if (store is not { IsClaimed: true })
            return false;
        Thread.Yield();
        return true;
    }
}
