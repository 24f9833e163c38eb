using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <content>
/// Codes and approximate indexes where the index asks for others than a namespace has, or a stop came before they were done: of those that
/// are closed one of the process at a time is opened for it, and closed again unless somebody has come to use it.
/// </content>
internal sealed partial class NamespaceSet
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(10); // of those that could not be opened now
    private static readonly SemaphoreSlim Reviewing = new(1);

    private readonly BackgroundWork _review = new();

    /// <summary>Has all namespaces take what the index asks for now, in the background: those that are open at once, the others one by one.</summary>
    public void Review()
    {
        foreach (var store in Opened())
            store.ReviewDerived();
        _review.StartOrRepeat(ReviewAllAsync);
    }

    private async Task ReviewAllAsync()
    {
        try
        {
            LookAhead();
            for (ICollection<string> names = _stores.Keys; names.Count > 0;)
            {
                names = await ReviewAsync(names).ConfigureAwait(false);
                if (names.Count > 0)
                    await Task.Delay(BetweenTries, Ending).ConfigureAwait(false);
            }
        }
        catch (Exception) when (_closed)
        {
            // the index is closing
        }
    }

    /// <returns>Those that are to be tried again.</returns>
    private async Task<List<string>> ReviewAsync(ICollection<string> names)
    {
        var later = new List<string>();
        foreach (var name in names)
        {
            Ending.ThrowIfCancellationRequested();
            try
            {
                await ReviewAsync(name).ConfigureAwait(false);
            }
            catch (StorageException e) when (!_closed && e.Code == StorageErrorCode.Unavailable)
            {
                later.Add(name); // too many are open, or its disk is short of something
            }
            catch (StorageException e) when (!_closed && e.Code == StorageErrorCode.DataCorruption)
            {
                // told of by whoever opened it
            }
            catch (Exception e) when (!_closed)
            {
                _services.Log?.Invoke($"Namespace '{name}' of index '{_index.Name}' takes what the index asks for at its next use: {e.Message}");
            }
        }

        return later;
    }

    private async Task ReviewAsync(string name)
    {
        while (_stores.TryGetValue(name, out var present))
        {
            if (present.IsValueCreated || present is ClosedNamespace { IsOpening: true })
            {
                var store = Find(name);
                store?.ReviewDerived();
                if (store is not { IsClaimed: true })
                    return; // what it has begun goes on beside its use
            }
            else if (AsLeft(name) is { } left)
            {
                if (IsBehind(left.Counts))
                    await BringUpAsync(name).ConfigureAwait(false);
                return;
            }
            else if (present is ClosedNamespace { IsClosing: false })
            {
                return; // damaged, or its files do not tell: at its next use
            }

            await _endings.WaitAsync(Ending).ConfigureAwait(false); // the end of its closing, or of its repair
            _endings.Release();
        }
    }

    private bool IsBehind(NamespaceCounts counts)
    {
        var kind = _searchChoice.KindFor(counts.LiveCount);
        if (kind != IndexKind.Flat && counts.SearchMark != _searchChoice.Mark)
            return true;
        var codes = _codecChoice.WantedFor(counts.RowCount, counts.LiveCount);
        return codes != Compression.Float32 && (counts.AreCodesBehind || codes != counts.Compression);
    }

    /// <summary>Opens a namespace, which then begins what is to be done, and waits for the end of it.</summary>
    private async Task BringUpAsync(string name)
    {
        await Reviewing.WaitAsync(Ending).ConfigureAwait(false);
        try
        {
            if (Find(name) is not { } store)
                return;
            store.ReviewDerived();
            var opened = store.OpenedAt;
            do
                await Task.Delay(BetweenLooks, Ending).ConfigureAwait(false);
            while (store.LastUsed == opened && !await TryCloseAsync(name, store, opened).ConfigureAwait(false)); // one in use is closed when it is idle
        }
        finally
        {
            Reviewing.Release();
        }
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
