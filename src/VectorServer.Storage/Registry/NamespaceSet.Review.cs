using VectorServer.Storage.Ann;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <content>
/// Codes and approximate indexes of closed namespaces, where the index asks for others than they have: one namespace of the process at a
/// time is opened for it, and closed again unless somebody has come to use it.
/// </content>
internal sealed partial class NamespaceSet
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly SemaphoreSlim Reviewing = new(1);

    private readonly Lock _reviewLock = new();
    private Task _review = Task.CompletedTask;

    /// <summary>Has closed namespaces take what the index asks for now, in the background.</summary>
    /// <param name="search">The parameters of the approximate index may have changed, and not its kind alone.</param>
    public void ReviewClosed(bool search)
    {
        lock (_reviewLock)
            _review = _review.ContinueWith(_ => ReviewClosedAsync(search), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
    }

    private async Task ReviewClosedAsync(bool search)
    {
        try
        {
            foreach (var name in _stores.Keys)
            {
                Ending.ThrowIfCancellationRequested();
                if (AsLeft(name) is not { } left || !IsBehind(left.Counts, search))
                    continue;
                await Reviewing.WaitAsync(Ending).ConfigureAwait(false);
                try
                {
                    await BringUpAsync(name).ConfigureAwait(false);
                }
                finally
                {
                    Reviewing.Release();
                }
            }
        }
        catch (Exception) when (_closed)
        {
            // the index is closing
        }
        catch (Exception e)
        {
            _options.Log?.Invoke($"Closed namespaces of index '{_index.Name}' take what it asks for at their next use: {e}");
        }
    }

    private bool IsBehind(NamespaceCounts counts, bool search)
    {
        var kind = _searchChoice.KindFor(counts.LiveCount);
        if (kind != IndexKind.Flat && (search || kind != counts.IndexKind))
            return true;
        var codes = _codecChoice.WantedFor(counts.RowCount, counts.LiveCount);
        return codes != Compression.Float32 && codes != counts.Compression;
    }

    /// <summary>Opens a namespace, which then begins what is to be done, and waits for the end of it.</summary>
    private async Task BringUpAsync(string name)
    {
        NamespaceStore? store;
        try
        {
            store = AsLeft(name) is null ? null : Find(name); // opened by somebody, it has begun already
        }
        catch (Exception) when (!_closed)
        {
            return; // told of by whoever opens it
        }

        if (store is null)
            return;
        var opened = store.OpenedAt;
        do
            await Task.Delay(BetweenLooks, Ending).ConfigureAwait(false);
        while (store.LastUsed == opened && !await TryCloseAsync(name, store, opened).ConfigureAwait(false)); // one in use is closed when it is idle
    }

    /// <returns>Whether it is closed, or another has taken its place.</returns>
    private async Task<bool> TryCloseAsync(string name, NamespaceStore store, long idleSince)
    {
        if (!store.IsIdleSince(idleSince))
            return false;
        await _endings.WaitAsync(Ending).ConfigureAwait(false);
        try
        {
            if (_closed || !_stores.TryGetValue(name, out var present) || !present.IsValueCreated || present.Value != store)
                return true;
            if (!store.TryClaim(idleSince))
                return false;
            await CloseClaimedAsync(name, store).ConfigureAwait(false);
            return true;
        }
        finally
        {
            _endings.Release();
        }
    }
}
