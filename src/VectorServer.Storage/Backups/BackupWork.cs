using System.Diagnostics.CodeAnalysis;

namespace VectorServer.Storage.Backups;

/// <summary>Backups and restores under way. They read and write the data directory for long, so closing it stops them and waits. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to dispose, and late callers must still find it.")]
internal sealed class BackupWork
{
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<Task> _running = []; // also the lock

    /// <summary>Runs blocking work on a thread of its own: it may take hours, which no caller and no pool should lend.</summary>
    /// <param name="work">Stops by its token, the caller's or because the engine is closing.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.Unavailable"/>: the engine is closed.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        Task<T> task;
        lock (_running)
        {
            ThrowIfClosed();
            task = Task.Factory.StartNew(() => work(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _running.Add(task);
        }

        try
        {
            return await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Closed();
        }
        finally
        {
            lock (_running)
                _running.Remove(task);
        }
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.Unavailable"/>.</exception>
    public void ThrowIfClosed()
    {
        if (_closing.IsCancellationRequested)
            throw Closed();
    }

    /// <summary>Stops everything and waits for it; nothing starts any more.</summary>
    public async Task CloseAsync()
    {
        Task[] running;
        lock (_running)
        {
            _closing.Cancel();
            running = [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // each tells its own caller
    }

    private static StorageException Closed() => new(StorageErrorCode.Unavailable, "The engine is closed");
}
