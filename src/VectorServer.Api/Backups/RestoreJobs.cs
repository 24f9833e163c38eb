using System.Collections.Concurrent;
using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Api.Jobs;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>
/// Makes indexes from backups in the background, and remembers how that went. From the answer on the index is seen among the
/// <see cref="PendingIndexes"/>, with its name and port. A job that a stop cuts off is begun again at the next start: a backup never
/// changes, so neither does the outcome. Thread-safe.
/// </summary>
internal sealed class RestoreJobs(
    VectorEngine engine, BackupCatalog backups, PendingIndexes pending, BackgroundJobs jobs, JobLog log, TimeProvider time)
{
    // A job's outcome interests for days; more than these are never read.
    private const int EndedMax = 1000;

    private static readonly TimeSpan AbandonTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _changes = new(); // of documents
    private readonly ConcurrentDictionary<string, (Task Done, double Progress)> _underWay = new(StringComparer.Ordinal);

    public IEnumerable<RestoreJob> List() => engine.Documents.All(RestoreJob.Kind).Select(found => WithProgress(RestoreJob.Parse(found.Json)));

    /// <exception cref="WireException">There is none: 404.</exception>
    public RestoreJob Get(string id) => engine.Documents.Get(RestoreJob.Kind, id) is { } json
        ? WithProgress(RestoreJob.Parse(json))
        : throw NotFound(id);

    public static WireException NotFound(string id) => new(WireError.NotFound, $"Restore job {id} not found.");

    /// <summary>Begins to make an index and waits a moment for it.</summary>
    /// <param name="backupId">From what.</param>
    /// <param name="describe">What the index is to be, given the backup; it may refuse.</param>
    /// <param name="cancellation">Until the job has begun.</param>
    /// <returns>How far it is.</returns>
    /// <exception cref="WireException">The backup is absent or not ready, the name is taken, or no port is left.</exception>
    public async Task<RestoreJob> StartAsync(string backupId, Func<Backup, IndexDescriptor> describe, CancellationToken cancellation)
    {
        var id = Guid.NewGuid().ToString();
        var backup = backups.Hold(backupId, id);
        try
        {
            var target = describe(backup);
            var port = await pending.TakeAsync(target.Name, cancellation);
            try
            {
                var job = new RestoreJob(id, backupId, IndexAttributes.WithPort(target, port), time.GetUtcNow());
                Save(job);
                Forget();
                Show(job, IndexState.Initializing);
                Run(job);
            }
            catch
            {
                pending.GiveBack(target.Name, port);
                throw;
            }
        }
        catch
        {
            backups.Release(backupId, id);
            throw;
        }

        if (_underWay.TryGetValue(id, out var work))
            await ShortWait.ForAsync(work.Done);
        return Get(id);
    }

    /// <summary>At start, before ports are given: takes the names of indexes that are still to come, and of those that failed.</summary>
    public void Load()
    {
        foreach (var job in List())
        {
            if (job.Status == RestoreStatus.Pending && engine.TryGetIndex(job.Target.Name, out var index) && index.Descriptor.Id == job.Target.Id)
                Save(Ended(job, RestoreStatus.Completed));
            else if (job.Status == RestoreStatus.Pending)
                Show(job, IndexState.Initializing);
            else if (job.HoldsName)
                Show(job, IndexState.InitializationFailed);
        }
    }

    /// <summary>At start, after ports are given: goes on with the jobs that the last stop cut off.</summary>
    public void Resume()
    {
        foreach (var job in List().Where(job => job.Status == RestoreStatus.Pending))
        {
            backups.HoldAgain(job.BackupId, job.Id);
            Run(job);
        }
    }

    private void Show(RestoreJob job, IndexState state) => pending.Show(new PendingIndex(job.Target, state, () => AbandonAsync(job.Id)));

    private void Run(RestoreJob job)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _underWay[job.Id] = (done.Task, 0);
        jobs.Start(NameOf(job.Id), async cancellation =>
        {
            try
            {
                await RestoreAsync(job, done.Task, cancellation);
            }
            finally
            {
                _underWay.TryRemove(job.Id, out _);
                backups.Release(job.BackupId, job.Id);
                done.SetResult();
            }
        });
    }

    private async Task RestoreAsync(RestoreJob job, Task done, CancellationToken cancellation)
    {
        var target = pending.Find(job.Target.Name)?.Descriptor ?? job.Target; // with the port that the start gave it
        var run = log.Start($"Restore {job.Id} from backup {job.BackupId}", target.Name);
        try
        {
            var progress = new ProgressOf(share => _underWay[job.Id] = (done, share));
            await engine.RestoreIndexAsync(job.BackupId, target, target.Metric, progress, cancellation);
            if (End(job, target, RestoreStatus.Completed))
            {
                run.End(JobLog.JobRun.Completed);
            }
            else
            {
                run.End(JobLog.JobRun.Cancelled);
                await engine.DropIndexAsync(target.Name); // deleted as it became whole
                pending.GiveBack(target.Name, IndexAttributes.Of(target).Port);
            }
        }
        catch (Exception exception)
        {
            run.EndBy(exception, jobs.IsStopping, cancellation);
            if (jobs.IsStopping)
                throw;
            if (!End(job, target, RestoreStatus.Failed, ErrorMapping.Map(exception).Message))
                pending.GiveBack(target.Name, IndexAttributes.Of(target).Port);
        }
    }

    /// <summary>Writes how a job ended, together with what that means for its index.</summary>
    /// <returns>False if it was cancelled, whose name is then still taken.</returns>
    private bool End(RestoreJob job, IndexDescriptor target, RestoreStatus status, string? failure = null)
    {
        backups.Release(job.BackupId, job.Id); // first: who sees the job ended may delete its backup
        lock (_changes)
        {
            if (Get(job.Id).Status != RestoreStatus.Pending)
                return false;
            if (status == RestoreStatus.Completed)
                pending.Release(target.Name);
            else
                Show(job with { Target = target }, IndexState.InitializationFailed);
            Save(Ended(job, status) with { Failure = failure, HoldsName = status == RestoreStatus.Failed });
            return true;
        }
    }

    /// <summary>Deletes the index of a job: one under way is cancelled, and soon over; one that failed lets go of the name.</summary>
    private async Task AbandonAsync(string id)
    {
        lock (_changes)
        {
            var job = Get(id);
            var index = pending.Find(job.Target.Name);
            if (index is null or { State: IndexState.Terminating } || index.Descriptor.Id != job.Target.Id)
                return; // the job, or another deletion, was faster

            if (job.Status != RestoreStatus.Pending)
            {
                Save(job with { HoldsName = false });
                pending.GiveBack(index.Name, IndexAttributes.Of(index.Descriptor).Port);
                return;
            }

            Save(Ended(job, RestoreStatus.Cancelled));
            pending.Show(index with { State = IndexState.Terminating });
        }

        jobs.Cancel(NameOf(id));
        if (_underWay.TryGetValue(id, out var work))
            await ShortWait.ForAsync(work.Done, AbandonTimeout);
    }

    private RestoreJob Ended(RestoreJob job, RestoreStatus status) => job with { Status = status, EndedAt = time.GetUtcNow() };

    private void Forget()
    {
        var ended = List().Where(job => job.Status != RestoreStatus.Pending && !job.HoldsName).OrderByDescending(job => job.EndedAt);
        foreach (var job in ended.Skip(EndedMax))
            engine.Documents.Remove(RestoreJob.Kind, job.Id);
    }

    private void Save(RestoreJob job) => engine.Documents.Put(RestoreJob.Kind, job.Id, job.ToJson());

    private RestoreJob WithProgress(RestoreJob job) =>
        job.Status == RestoreStatus.Pending && _underWay.TryGetValue(job.Id, out var work) ? job with { Progress = work.Progress } : job;

    private static string NameOf(string id) => $"restore {id}";

    /// <summary>Tells at once, on the thread of the work; the framework's own tells in no order.</summary>
    private sealed class ProgressOf(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}
