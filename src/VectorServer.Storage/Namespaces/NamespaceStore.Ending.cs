using VectorServer.Storage.IO;
using VectorServer.Storage.Npy;

namespace VectorServer.Storage.Namespaces;

/// <content>The end of a namespace: closed, to be opened again, or removed.</content>
internal sealed partial class NamespaceStore
{
    /// <summary>
    /// Finishes queued writes, folds the log in, so that the next open replays nothing, and waits for the last reader: whoever opens
    /// the files next shall have them alone. The caller sees to it that a namespace is closed or removed once.
    /// </summary>
    public async Task CloseAsync()
    {
        try
        {
            await StopWorkAsync().ConfigureAwait(false);
            await _writer.CloseAsync().ConfigureAwait(false);
            SaveOnClose();
            _wal.Dispose();
            _counts.Dispose();
            Generation[] replaced;
            lock (_removal)
                replaced = [.. _replaced];
            var snapshot = Current;
            if (_failure is null)
                snapshot.Generation.Retire(() => Trim(snapshot));
            else
                snapshot.Generation.Release();
            await Task.WhenAll(replaced.Append(snapshot.Generation).Select(generation => generation.Closed)).ConfigureAwait(false);
        }
        finally
        {
            _services.OpenNamespaces.Leave();
        }
    }

    /// <summary>What is to be said of it now that it is closed; null where its disk had refused it something.</summary>
    public NamespaceAsLeft? AsLeft() => _failure is null
        ? NamespaceAsLeft.Of(_directory, Description.Name, CountsOf(Current), Description.FilterableFields, _index.Dimension)
        : null;

    /// <summary>Removes the namespace: its name is free once <paramref name="forget"/> ran, its files go when the last reader is done.</summary>
    public async Task DropAsync(Action forget)
    {
        await StopAsync().ConfigureAwait(false);
        var trash = NamespaceLayout.Temporary(_directory);
        try
        {
            Trash.Put(_services.Disk, _directory, trash);
        }
        catch
        {
            if (!Directory.Exists(_directory))
                forget(); // swept at the next open
            Current.Generation.Release(); // else still there, to be opened again
            throw;
        }

        forget();
        Current.Generation.Retire(() => Trash.Delete(_services.Disk, trash));
    }

    /// <summary>Takes no more writes, ahead of the directory's removal; reads go on with the files they have open.</summary>
    public async Task StopAsync()
    {
        try
        {
            await StopWorkAsync().ConfigureAwait(false);
            await _writer.CloseAsync().ConfigureAwait(false);
            _wal.Dispose();
            _counts.Dispose();
            lock (_removal)
            {
                _removed = true;
                foreach (var generation in _replaced.Append(Current.Generation))
                    generation.Metadata.LeavePath();
            }
        }
        finally
        {
            _services.OpenNamespaces.Leave();
        }
    }

    /// <summary>Gives back the space that the closed file of vectors had reserved behind its rows; if not now, then at another close.</summary>
    private void Trim(NamespaceSnapshot snapshot)
    {
        try
        {
            NpyMatrix.TrimFile(_services.Disk, snapshot.Generation.VectorsPath, snapshot.RowCount, _index.Dimension);
        }
        catch (Exception e) when (e.IsDiskError())
        {
            Log($"keeps the space behind its rows: {e.Message}");
        }
    }

    private void SaveOnClose()
    {
        if (_failure is not null)
            return;
        try
        {
            WriteCheckpoint();
            _builder.SaveOnClose(Current);
            _derived.SaveOnClose(Current);
            _counts.Write(CountsOf(Current)); // rows were added to the index since
        }
        catch (StorageException)
        {
            // Told by Fail. The log still holds everything, for the next open.
        }
    }
}
