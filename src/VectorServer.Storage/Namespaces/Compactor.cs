using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Rewrites a namespace without its dead rows, when asked to or when they have become too many. Reads never wait for it, and writes only
/// for its last step, which copies what was written meanwhile.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing to dispose.")]
internal sealed class Compactor(NamespaceStore store, EngineServices services, Action<string> log)
{
    private const int RoundsMax = 4;
    private const int RowsOnWriterMax = 2_000; // copied within a few milliseconds

    /// <summary>What nobody waits for takes the disk for one namespace of the process at a time.</summary>
    private static readonly SemaphoreSlim Background = new(1);

    private readonly SemaphoreSlim _one = new(1);
    private readonly BackgroundWork _work = new();
    private volatile bool _hasFailed;

    /// <summary>Nothing is being compacted.</summary>
    public bool IsAtRest => _work.IsAtRest && _one.CurrentCount == 1;

    /// <summary>Starts a compaction where the share of dead rows asks for one. Called after each change.</summary>
    public void Consider(NamespaceSnapshot snapshot)
    {
        if (!_hasFailed && IsDue(snapshot))
            _work.StartOrRepeat(RunAsync);
    }

    /// <summary>Rewrites what the namespace holds now.</summary>
    /// <exception cref="ChannelClosedException">The namespace is closing.</exception>
    public async Task CompactAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _work.Stopping);
        try
        {
            await _one.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                await Task.Run(() => RewriteAsync(either.Token), either.Token).ConfigureAwait(false);
            }
            finally
            {
                _one.Release();
            }
        }
        catch (OperationCanceledException) when (_work.Stopping.IsCancellationRequested)
        {
            throw new ChannelClosedException();
        }
    }

    /// <summary>Ends the work under way and allows no more.</summary>
    public async Task StopAsync()
    {
        await _work.StopAsync().ConfigureAwait(false);
        await _one.WaitAsync().ConfigureAwait(false); // for one that was asked for
        _one.Release();
    }

    private bool IsDue(NamespaceSnapshot snapshot)
    {
        var dead = snapshot.RowCount - snapshot.LiveCount;
        return services.Options.CompactDeadShare > 0 && dead >= services.Options.CompactDeadRowsMin && dead >= services.Options.CompactDeadShare * snapshot.RowCount;
    }

    private async Task RunAsync()
    {
        try
        {
            await Background.WaitAsync(_work.Stopping).ConfigureAwait(false);
            try
            {
                while (IsDue(store.Current))
                    await CompactAsync(_work.Stopping).ConfigureAwait(false);
            }
            finally
            {
                Background.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // the namespace is closing
        }
        catch (Exception e)
        {
            _hasFailed = true; // until it is opened again, or somebody asks
            log($"could not be compacted: {e}");
        }
    }

    private async Task RewriteAsync(CancellationToken cancellation)
    {
        try
        {
            await RewriteOnceAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e.IsFull() && services.Reserve.GiveUp())
        {
            await RewriteOnceAsync(cancellation).ConfigureAwait(false); // it frees more than it takes
        }
    }

    private async Task RewriteOnceAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await store.RestoreAsync(cancellation).ConfigureAwait(false);
        if (!store.TryAcquireCurrent(out var lease))
            throw new ChannelClosedException();
        using (lease)
        {
            try
            {
                var compaction = store.BeginCompaction(lease.Snapshot);
                Copy(compaction, cancellation);
                await store.FinishCompactionAsync(compaction, cancellation).ConfigureAwait(false);
                StorageMeter.Compaction.RecordSince(started);
            }
            catch (StorageException e) when (e.Code == StorageErrorCode.DataCorruption)
            {
                store.ReportDamage(e.Message); // as it was, and nobody may be waiting
                throw;
            }
            catch (Exception e) when (e.IsDiskError())
            {
                throw DiskErrors.Refusal(e, "The namespace could not be compacted"); // as it was
            }
        }
    }

    private void Copy(Compaction compaction, CancellationToken cancellation)
    {
        try
        {
            // Snapshots of one generation are held by the lease on the first.
            for (var round = 0; round < RoundsMax && store.Current.RowCount - compaction.NextRow > (round == 0 ? -1 : RowsOnWriterMax); round++)
                compaction.Advance(store.Current, cancellation);
            compaction.Seal();
        }
        catch
        {
            compaction.Abandon();
            throw;
        }
    }
}
