using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace VectorServer.Api.Jobs;

/// <summary>
/// Work that outlives the request that asked for it: backups, restores, imports. A few jobs run at a time, the others wait; all are
/// cancelled and awaited when the server stops. A job keeps its own record of how it went. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Neither member holds a handle, and a host that is stopped twice must find them the second time.")]
internal sealed partial class BackgroundJobs(ILogger<BackgroundJobs> logger) : IHostedService
{
    // One core stays free for requests on the smallest machine; jobs wait for the disk most of the time.
    private const int RunningMax = 2;

    private readonly ConcurrentDictionary<string, (Task Task, CancellationTokenSource Cancellation)> _jobs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _slots = new(RunningMax);
    private readonly CancellationTokenSource _stopping = new();
    private Task? _stopped;

    /// <summary>Runs a job in the background.</summary>
    /// <param name="id">Unique among the jobs under way.</param>
    /// <param name="work">Told to stop by its token: of this job alone, or because the server stops (<see cref="IsStopping"/>).</param>
    public void Start(string id, Func<CancellationToken, Task> work)
    {
        var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_jobs.TryAdd(id, (RunAsync(id, work, started.Task, cancellation), cancellation)))
            throw new InvalidOperationException($"Job {id} is under way");
        started.SetResult();
    }

    /// <summary>Asks a job to stop; false if it is not under way.</summary>
    public bool Cancel(string id)
    {
        if (!_jobs.TryGetValue(id, out var job))
            return false;
        try
        {
            job.Cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            return false; // it ended just now
        }

        return true;
    }

    /// <summary>The server is going down: a job that can go on after a restart leaves its record as it is.</summary>
    public bool IsStopping => _stopping.IsCancellationRequested;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends with the last job. A host may stop twice, the second time when this is already disposed.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_jobs)
            _stopped ??= StopOnceAsync();
        return _stopped.WaitAsync(cancellationToken);
    }

    private async Task StopOnceAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_jobs.Values.Select(job => job.Task));
    }

    private async Task RunAsync(string id, Func<CancellationToken, Task> work, Task started, CancellationTokenSource cancellation)
    {
        await started.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await _slots.WaitAsync(_stopping.Token);
            try
            {
                await work(cancellation.Token);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // asked for
        }
        catch (Exception exception)
        {
            LogFailed(logger, id, exception);
        }
        finally
        {
            _jobs.TryRemove(id, out _);
            cancellation.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Id} failed")]
    private static partial void LogFailed(ILogger logger, string id, Exception exception);
}
