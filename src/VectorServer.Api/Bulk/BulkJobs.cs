using System.Text.Json;
using VectorServer.Api.Bulk.Export;
using VectorServer.Api.Bulk.Import;
using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Api.Jobs;
using VectorServer.Api.Limits;
using VectorServer.Storage;

namespace VectorServer.Api.Bulk;

/// <summary>
/// The imports and exports of all indexes: started, told of, cancelled, and gone on with after a restart. What each came to is a document
/// of the engine's, which this class alone changes. Thread-safe.
/// </summary>
internal sealed class BulkJobs(
    VectorEngine engine, BackgroundJobs background, JobLog log, MemoryCeiling memory, ServerOptions options, TimeProvider time) : IIndexDependent
{
    private const string DocumentKind = "bulk";
    private const int KeptMax = 1000; // of each kind and index; the oldest finished ones are forgotten

    private readonly Lock _changes = new();

    public BulkRoots ImportRoots { get; } = new("Imports", ServerSettings.ImportRoots, options.ImportRoots);

    public BulkRoots ExportRoots { get; } = new("Exports", ServerSettings.ExportRoots, options.ExportRoots);

    /// <summary>Keeps a new job, whose number is given here, and runs it in the background.</summary>
    public BulkJob Start(VectorIndex index, BulkJob job)
    {
        lock (_changes)
        {
            var earlier = List(job.Kind, index);
            job = job with { Number = earlier.Count == 0 ? 1 : earlier[0].Number + 1 };
            foreach (var old in earlier.Skip(KeptMax - 1).Where(old => old.IsFinished))
                engine.Documents.Remove(DocumentKind, old.Key);
            Write(job);
        }

        Run(index, job.Key);
        return job;
    }

    /// <summary>The jobs of an index, newest first.</summary>
    public IReadOnlyList<BulkJob> List(BulkKind kind, VectorIndex index)
    {
        var prefix = BulkJob.PrefixOf(kind, index.Descriptor.Id);
        return [.. engine.Documents.All(DocumentKind).Where(found => found.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(found => Read(found.Json)).Reverse()];
    }

    public BulkJob? Find(string key) => engine.Documents.Get(DocumentKind, key) is { } json ? Read(json) : null;

    /// <summary>Ends a job that is not finished; what it wrote stays.</summary>
    public void Cancel(string key)
    {
        Advance(key, job => job with { Status = BulkStatus.Cancelled });
        background.Cancel(key);
    }

    public void Dropping(IndexDescriptor index)
    {
        // no job keeps an index
    }

    /// <summary>Ends and forgets the jobs of an index that is gone.</summary>
    public void Dropped(IndexDescriptor index)
    {
        lock (_changes)
        {
            foreach (var (key, _) in engine.Documents.All(DocumentKind).Where(found => Read(found.Json).IndexId == index.Id))
            {
                engine.Documents.Remove(DocumentKind, key);
                background.Cancel(key);
            }
        }
    }

    /// <summary>Goes on with the jobs that were under way when the server stopped.</summary>
    public void Resume()
    {
        var indexes = engine.Indexes.ToDictionary(index => index.Descriptor.Id);
        foreach (var (key, json) in engine.Documents.All(DocumentKind))
        {
            var job = Read(json);
            if (!indexes.TryGetValue(job.IndexId, out var index))
                engine.Documents.Remove(DocumentKind, key);
            else if (!job.IsFinished)
                Run(index, key);
        }
    }

    private void Run(VectorIndex index, string key) => background.Start(key, cancellation => RunAsync(index, key, cancellation));

    private async Task RunAsync(VectorIndex index, string key, CancellationToken cancellation)
    {
        // Cancelled while it waited, or its index is gone.
        if (Advance(key, job => job with { Status = BulkStatus.InProgress }) is not { IsFinished: false } job)
            return;

        var run = log.Start($"{job.Kind} {job.Number}", index.Descriptor.Name);
        try
        {
            if (job.Kind == BulkKind.Import)
                await new ImportRun(index, job, ImportRoots, memory, change => Change(key, change)).RunAsync(cancellation);
            else
                new ExportRun(index, job, ExportRoots, change => Change(key, change)).Run(cancellation);
            var ended = Advance(key, done => done with { Status = BulkStatus.Completed, PercentComplete = 100 });
            run.End(ended is { Status: BulkStatus.Completed } ? JobLog.JobRun.Completed : JobLog.JobRun.Cancelled, CountsOf(ended));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // By a client, who wrote it down; or by the server's stop, after which it goes on.
            run.End(background.IsStopping ? JobLog.JobRun.Interrupted : JobLog.JobRun.Cancelled, CountsOf(Find(key)));
        }
        catch (Exception exception)
        {
            var expected = exception is BulkException or WireException or StorageException or IOException or UnauthorizedAccessException;
            var ended = Advance(key, failed => failed with
            {
                Status = BulkStatus.Failed,
                Error = exception is BulkException or WireException or StorageException ? exception.Message : "The server could not read or write the files: see its log",
            });
            var isOperators = !expected || exception is IOException or UnauthorizedAccessException; // whose causes are for the log alone
            run.End(JobLog.JobRun.Failed, $"{CountsOf(ended)}; its description says why", isOperators ? exception : null);
        }
    }

    // Not why it failed: that may quote a record.
    private static string CountsOf(BulkJob? job) =>
        $"{job?.Records ?? 0} records{(job is { Errors: > 0 } ? $", {job.Errors} left out" : "")}";

    /// <summary>Changes a job unless it is finished, and dates its end; null if it is gone.</summary>
    private BulkJob? Advance(string key, Func<BulkJob, BulkJob> change) => Change(key, job =>
    {
        if (job.IsFinished)
            return job;
        var changed = change(job);
        return changed.IsFinished ? changed with { FinishedAt = time.GetUtcNow() } : changed;
    });

    private BulkJob? Change(string key, Func<BulkJob, BulkJob> change)
    {
        lock (_changes)
        {
            if (Find(key) is not { } job)
                return null;
            var changed = change(job);
            Write(changed);
            return changed;
        }
    }

    private void Write(BulkJob job) =>
        engine.Documents.Put(DocumentKind, job.Key, JsonSerializer.Serialize(job, BulkJobJsonContext.Default.BulkJob));

    private static BulkJob Read(string json) =>
        JsonSerializer.Deserialize(json, BulkJobJsonContext.Default.BulkJob) ?? throw new JsonException("A bulk job's document is null");
}

/// <summary>Why an import or export cannot go on, in words for the client.</summary>
internal sealed class BulkException(string message) : Exception(message);
