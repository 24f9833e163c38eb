using System.Collections.Concurrent;
using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Api.Jobs;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>
/// Every backup and collection: the engine's, which are whole, and those under way or failed, each a document. Makes and deletes them,
/// and keeps those that are being restored. Thread-safe.
/// </summary>
internal sealed class BackupCatalog(
    VectorEngine engine, DeletedIndexes deletedIndexes, BackgroundJobs jobs, JobLog log, TimeProvider time) : IIndexDependent
{
    private readonly Lock _changes = new(); // of documents and holds
    private readonly Dictionary<string, HashSet<string>> _holds = new(StringComparer.Ordinal); // restore jobs by backup
    private readonly ConcurrentDictionary<string, (Task Done, string Job)> _underWay = new(StringComparer.Ordinal);

    /// <summary>Every backup and collection.</summary>
    public IReadOnlyList<Backup> List()
    {
        // The documents first: a backup that becomes whole meanwhile is then found twice, not never.
        var unfinished = engine.Documents.All(BackupDocument.Kind).Select(found => BackupDocument.Parse(found.Json).ToBackup(found.Key)).ToList();
        var deleted = deletedIndexes.All();
        return
        [
            .. engine.Backups.List().Select(Backup.Of).Concat(unfinished).DistinctBy(backup => backup.Id)
                .Select(backup => backup with { IndexDeletedAt = deleted.TryGetValue(backup.Index.Id, out var at) ? at : null }),
        ];
    }

    /// <summary>The backup or collection; null if there is none.</summary>
    public Backup? Find(string id)
    {
        var document = engine.Documents.Get(BackupDocument.Kind, id);
        var backup = engine.Backups.Find(id) is { } whole
            ? Backup.Of(whole)
            : document is null ? null : BackupDocument.Parse(document).ToBackup(id);
        return backup is not null && deletedIndexes.All().TryGetValue(backup.Index.Id, out var at) ? backup with { IndexDeletedAt = at } : backup;
    }

    /// <exception cref="WireException">There is none: 404.</exception>
    public Backup Get(string id) => Find(id) ?? throw NotFound(id);

    /// <summary>Makes a backup in the background and waits a moment for it.</summary>
    /// <param name="index">Of what.</param>
    /// <param name="id">Its id; of a failed one, to try again.</param>
    /// <param name="attributes">What to keep with it.</param>
    /// <returns>How far it is.</returns>
    /// <exception cref="WireException">There is one of this id: 409.</exception>
    public async Task<Backup> CreateAsync(VectorIndex index, string id, BackupAttributes attributes)
    {
        var document = Begin(index, id, attributes);
        if (_underWay.TryGetValue(id, out var work))
            await ShortWait.ForAsync(work.Done);
        return Find(id) ?? document.ToBackup(id);
    }

    /// <summary>Makes a backup in the background.</summary>
    /// <exception cref="WireException">There is one of this id: 409.</exception>
    public BackupDocument Begin(VectorIndex index, string id, BackupAttributes attributes)
    {
        var now = time.GetUtcNow();
        var document = new BackupDocument(index.Descriptor, attributes with { RequestedAt = now }, now);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = $"backup {id} {Guid.NewGuid()}"; // an id may come again
        lock (_changes)
        {
            if (Find(id) is { Status: not BackupStatus.InitializationFailed } || !_underWay.TryAdd(id, (done.Task, job)))
                throw PendingIndexes.Taken();
            Save(id, document);
        }

        jobs.Start(job, async cancellation =>
        {
            try
            {
                await RunAsync(index, id, document, cancellation);
            }
            finally
            {
                _underWay.TryRemove(id, out _);
                done.SetResult();
            }
        });
        return document;
    }

    /// <summary>Removes a backup; one under way is stopped.</summary>
    /// <exception cref="WireException">There is none: 404; it is being restored: 412.</exception>
    public void Delete(string id)
    {
        lock (_changes)
        {
            if (_holds.TryGetValue(id, out var holders))
            {
                var pending = string.Join(", ", holders.Select(job => $"'{job}'"));
                throw new WireException(
                    WireError.FailedPrecondition, $"Unable to delete backup. There are pending restore jobs for this backup: [{pending}]");
            }

            var wasUnfinished = engine.Documents.Get(BackupDocument.Kind, id) is not null;
            engine.Documents.Remove(BackupDocument.Kind, id);
            if (_underWay.TryGetValue(id, out var work))
                jobs.Cancel(work.Job);
            try
            {
                engine.Backups.Delete(id);
            }
            catch (StorageException exception) when (exception.Code == StorageErrorCode.NotFound)
            {
                if (!wasUnfinished)
                    throw NotFound(id);
            }
        }

        ForgetDeletedIndexes();
    }

    /// <summary>Keeps a whole backup from being deleted while a job reads it.</summary>
    /// <exception cref="WireException">There is none: 404; it is not ready: 412.</exception>
    public Backup Hold(string id, string jobId)
    {
        lock (_changes)
        {
            var backup = Get(id);
            var name = backup.IsCollection ? $"Collection {backup.CollectionName}" : $"Backup {id}";
            if (backup.Status != BackupStatus.Ready)
                throw new WireException(WireError.FailedPrecondition, $"{name} is not ready: its status is {backup.Status}");
            HoldAgain(id, jobId);
            return backup;
        }
    }

    /// <summary>As <see cref="Hold"/>, for a job that goes on after a restart and will see for itself whether the backup is there.</summary>
    public void HoldAgain(string id, string jobId)
    {
        lock (_changes)
        {
            if (!_holds.TryGetValue(id, out var holders))
                _holds[id] = holders = new HashSet<string>(StringComparer.Ordinal);
            holders.Add(jobId);
        }
    }

    public void Release(string id, string jobId)
    {
        lock (_changes)
        {
            if (_holds.TryGetValue(id, out var holders) && holders.Remove(jobId) && holders.Count == 0)
                _holds.Remove(id);
        }
    }

    /// <summary>
    /// At start: a backup that a stop cut off has failed. It is not begun again, for it was to show the index at the time it was asked for.
    /// </summary>
    public void Recover()
    {
        var whole = engine.Backups.List().Select(backup => backup.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, json) in engine.Documents.All(BackupDocument.Kind))
        {
            if (whole.Contains(id))
                engine.Documents.Remove(BackupDocument.Kind, id);
            else if (BackupDocument.Parse(json) is { IsFailed: false } document)
                Save(id, document with { IsFailed = true });
        }
    }

    /// <summary>An index stays while a backup of it is under way, so that "back up, then delete" cannot lose both.</summary>
    public void Dropping(IndexDescriptor index)
    {
        var ofIndex = List().Where(backup => backup.Index.Id == index.Id).ToList();
        var pending = ofIndex.Where(backup => backup.Status == BackupStatus.Initializing).ToList();
        if (pending.Count > 0)
        {
            var kind = pending[0].IsCollection ? "collections" : "backups";
            var names = pending.Where(backup => backup.IsCollection == pending[0].IsCollection)
                .Select(backup => $"'{(backup.IsCollection ? backup.CollectionName : backup.Id)}'");
            throw new WireException(
                WireError.FailedPrecondition,
                $"Unable to delete an index. There are pending {kind} for this index: [{string.Join(", ", names)}]");
        }

        if (ofIndex.Count > 0)
            deletedIndexes.Add(index.Id);
    }

    public void Dropped(IndexDescriptor index)
    {
    }

    private async Task RunAsync(VectorIndex index, string id, BackupDocument document, CancellationToken cancellation)
    {
        var name = Backup.IsCollectionId(id) ? $"Collection {id[Backup.IdOfCollection("").Length..]}" : $"Backup {id}";
        var run = log.Start(name, index.Descriptor.Name);
        try
        {
            await engine.Backups.CreateAsync(index, id, document.Attributes.ToJson(), cancellation);
            lock (_changes)
            {
                if (engine.Documents.Get(BackupDocument.Kind, id) is null)
                    engine.Backups.Delete(id); // the client deleted it as it became whole
                engine.Documents.Remove(BackupDocument.Kind, id);
            }

            run.End(JobLog.JobRun.Completed);
        }
        catch (Exception exception)
        {
            run.EndBy(exception, jobs.IsStopping, cancellation);
            if (jobs.IsStopping)
                throw;
            lock (_changes)
            {
                if (engine.Documents.Get(BackupDocument.Kind, id) is not null)
                    Save(id, document with { IsFailed = true });
            }
        }
    }

    private void ForgetDeletedIndexes()
    {
        var withBackups = List().Select(backup => backup.Index.Id).ToHashSet();
        foreach (var id in deletedIndexes.All().Keys.Where(id => !withBackups.Contains(id)))
            deletedIndexes.Remove(id);
    }

    private void Save(string id, BackupDocument document) => engine.Documents.Put(BackupDocument.Kind, id, document.ToJson());

    public static WireException NotFound(string id) => new(
        WireError.NotFound,
        Backup.IsCollectionId(id) ? $"Collection {id[Backup.IdOfCollection("").Length..]} not found." : $"Backup {id} not found.");
}
