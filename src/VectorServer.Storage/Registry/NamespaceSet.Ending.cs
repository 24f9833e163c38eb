using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <content>The end of all namespaces: with the engine, or with their index.</content>
internal sealed partial class NamespaceSet
{
    private readonly HashSet<OpenReading> _readings = []; // also its own lock

    /// <summary>Begins to read a whole namespace; null if there is none.</summary>
    /// <exception cref="StorageException">Damaged, or closing.</exception>
    public OpenReading? BeginReading(string name)
    {
        if (!TryAcquire(name, out var lease))
            return null;
        var reading = new OpenReading(name, lease, () => _closed ? Closing() : BeingRepaired(), Forget);
        lock (_readings)
        {
            if (!_closed && _beingRepaired != name)
            {
                _readings.Add(reading);
                return reading;
            }
        }

        reading.Dispose(); // whoever ends them may have been here already
        throw _closed ? Closing() : BeingRepaired();

        void Forget(OpenReading over)
        {
            lock (_readings)
                _readings.Remove(over);
        }
    }

    /// <summary>Closes every namespace, and waits for their readers; readings of whole namespaces are ended.</summary>
    public async Task CloseAsync()
    {
        await _endings.WaitAsync().ConfigureAwait(false);
        try
        {
            lock (_changes)
                _closed = true;
            var stores = _stores.ToArray(); // none is put in the place of another any more
            var opened = EndOpening();
            EndReadings(_ => true);
            await Task.WhenAll(opened.Select(store => store.CloseAsync())).ConfigureAwait(false);
            SaveLeft(stores);
        }
        finally
        {
            _endings.Release();
        }
    }

    /// <summary>Removes the index's directory: its name is free at once, its files go when the last reader is done.</summary>
    public async Task DropAsync()
    {
        await _endings.WaitAsync().ConfigureAwait(false);
        try
        {
            _dropped = true;
            var opened = EndOpening();
            foreach (var store in opened)
                await store.StopAsync().ConfigureAwait(false);

            var trash = NamespaceLayout.Temporary(_directory);
            try
            {
                Trash.Put(_services.Disk, _directory, trash);
            }
            catch
            {
                foreach (var store in opened)
                    store.Current.Generation.Release();
                throw;
            }

            var open = opened.Count + 1;
            void CloseOne()
            {
                if (Interlocked.Decrement(ref open) == 0)
                    Trash.Delete(_services.Disk, trash);
            }

            foreach (var store in opened)
                store.Current.Generation.Retire(CloseOne);
            CloseOne();
        }
        finally
        {
            _endings.Release();
        }
    }

    /// <summary>Why nothing more is done here, once <see cref="Ending"/> is cancelled.</summary>
    public StorageException Closing() => _dropped
        ? new StorageException(StorageErrorCode.NotFound, $"Index {_index.Name} not found.")
        : new StorageException(StorageErrorCode.Unavailable, "The index is closing");

    private void EndReadings(Func<OpenReading, bool> which)
    {
        OpenReading[] ended;
        lock (_readings)
            ended = [.. _readings.Where(which)];
        foreach (var reading in ended)
            reading.End();
    }

    /// <summary>From here on nothing is opened or created.</summary>
    /// <returns>The namespaces that are open, those included that were being opened just now.</returns>
    private List<NamespaceStore> EndOpening()
    {
        lock (_changes)
            _closed = true;
        _ending.Cancel();
        var opened = new List<NamespaceStore>();
        foreach (var store in _stores.Values)
        {
            try
            {
                opened.Add(store.Value); // waits for one that is being opened; the others refuse
            }
            catch (Exception)
            {
                // never opened
            }
        }

        _stores.Clear();
        return opened;
    }
}
