using System.Diagnostics;
using System.Threading.Channels;
using VectorServer.Storage.Ann;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Keeps a namespace's approximate index behind its rows: loads or builds it in the background, adds what was written meanwhile, saves it.
/// Reads and writes never wait for it; what fails here costs speed, never an answer.
/// </summary>
internal sealed class CandidateIndexBuilder(NamespaceStore store, SearchChoice choice, EngineServices services, Action<string> log)
{
    /// <summary>Rows behind the index that are worth a step; until then they are scanned.</summary>
    private const int TailRows = 1_000;

    private const int RowsPerStep = 16_384; // between looks at whether the work is still wanted

    /// <summary>Building takes all the memory bandwidth there is: one namespace of the process at a time.</summary>
    private static readonly SemaphoreSlim Building = new(1);

    private readonly BackgroundWork _work = new();
    private int _savedRows;

    /// <summary>Nothing is being built.</summary>
    public bool IsAtRest => _work.IsAtRest;

    /// <summary>Starts the work if there is any and none is under way. Called after each change.</summary>
    public void Consider(NamespaceSnapshot snapshot)
    {
        if (IsBehind(snapshot))
            _work.StartOrRepeat(RunAsync);
    }

    /// <summary><see cref="SearchChoice.Mark"/> of what the index was made for; 0 where it is not done yet.</summary>
    public uint MarkOf(NamespaceSnapshot snapshot)
    {
        var mark = choice.Mark; // first: other options may come in between
        return IsBehind(snapshot) ? 0 : mark;
    }

    /// <summary>Ends the work under way and allows no more.</summary>
    public Task StopAsync() => _work.StopAsync();

    /// <summary>Saves what the checkpoint covers, if that is more than what is saved. Called once the namespace takes no more writes.</summary>
    public void SaveOnClose(NamespaceSnapshot snapshot)
    {
        if (snapshot.Nearest is { } index && index.Count > _savedRows)
            Save(snapshot.Generation, index, Math.Min(index.Count, snapshot.RowCount));
    }

    /// <summary>The index is to be made, tuned, or given more rows.</summary>
    public bool IsBehind(NamespaceSnapshot snapshot)
    {
        var wanted = choice.KindFor(snapshot);
        if (snapshot.Nearest is not { } index)
            return wanted != IndexKind.Flat;
        return !choice.Fits(index, wanted) || snapshot.RowCount - index.Count >= TailRows || (snapshot.RowCount > 0 && !choice.IsTuned(index));
    }

    private async Task RunAsync()
    {
        try
        {
            await Building.WaitAsync(_work.Stopping).ConfigureAwait(false);
            try
            {
                while (IsBehind(store.Current))
                    await StepAsync().ConfigureAwait(false);
            }
            finally
            {
                Building.Release();
            }

            await store.WriteCountsAsync(_work.Stopping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // the namespace is closing
        }
        catch (Exception e)
        {
            log($"could not build its index and is scanned: {e}");
        }
    }

    private async Task StepAsync()
    {
        if (!store.TryAcquireCurrent(out var lease))
            throw new OperationCanceledException();
        using (lease)
        {
            var snapshot = lease.Snapshot;
            var wanted = choice.KindFor(snapshot);
            if (wanted == IndexKind.Flat)
            {
                await PublishAsync(snapshot.Generation, null).ConfigureAwait(false);
                return;
            }

            var index = snapshot.Nearest is { } present && choice.Fits(present, wanted) ? present : null;
            var started = Stopwatch.GetTimestamp();
            var isFirst = false;
            if (index is null)
            {
                index = Load(snapshot, wanted);
                isFirst = index is null;
                index ??= choice.Create(wanted);
                snapshot.Generation.Own(index);
                await PublishAsync(snapshot.Generation, index).ConfigureAwait(false);
            }

            index.Prepare(snapshot.Generation.Vectors.Row, snapshot.RowCount, services.Options.BuildThreads, _work.Stopping);
            while (index.Count < snapshot.RowCount && store.Current.Generation == snapshot.Generation && choice.Fits(index, wanted))
            {
                var end = Math.Min(snapshot.RowCount, index.Count + RowsPerStep);
                index.Extend(snapshot.Generation.Vectors.Row, end, services.Options.BuildThreads, _work.Stopping);
            }

            index.Settle(_work.Stopping);
            if (isFirst)
                StorageMeter.IndexBuild.RecordSince(started);

            if (store.TryAcquireCurrent(out var grown))
            {
                // Not the snapshot that the work began with: rows may have died or come since.
                using (grown)
                {
                    if (grown.Snapshot.Generation == snapshot.Generation && grown.Snapshot.RowCount > 0 && choice.Fits(index, wanted) && !choice.IsTuned(index))
                        choice.Tune(grown.Snapshot, index, services.Options.BuildThreads, _work.Stopping);
                }
            }

            // A crash costs the building since the last save: that is kept below a fifth of the rows.
            if (index.Count - TailRows >= _savedRows * 1.2)
            {
                await store.FlushAsync(_work.Stopping).ConfigureAwait(false);
                Save(snapshot.Generation, index, Math.Min(index.Count, snapshot.RowCount));
            }
        }
    }

    private Task PublishAsync(Generation generation, CandidateIndex? index) => store.PublishAsync(
        current => current.Generation == generation ? current with { Nearest = index } : current, _work.Stopping);

    /// <summary>The saved index; null if there is none that fits.</summary>
    private CandidateIndex? Load(NamespaceSnapshot snapshot, IndexKind wanted)
    {
        var generation = snapshot.Generation;
        if (!File.Exists(generation.CandidateIndexPath))
            return null;
        try
        {
            var index = CandidateIndexFile.Read(
                generation.CandidateIndexPath, choice.Metric, generation.Vectors.Dimension, generation.Vectors.Row, _work.Stopping);
            if (choice.Fits(index, wanted) && index.Count <= snapshot.RowCount)
            {
                _savedRows = index.Count;
                return index;
            }

            index.Dispose();
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            log($"builds its index anew: {e.Message}");
        }

        return null;
    }

    private void Save(Generation generation, CandidateIndex index, int rows)
    {
        try
        {
            CandidateIndexFile.Write(services.Disk, generation.CandidateIndexPath, index, choice.Metric, generation.Vectors.Dimension, rows);
            _savedRows = rows;
        }
        catch (Exception e) when (e.IsDiskError())
        {
            log($"could not save its index: {e.Message}");
        }
    }
}
