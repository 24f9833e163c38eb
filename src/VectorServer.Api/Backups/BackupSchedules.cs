using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>
/// The schedules of all indexes, of which each has at most one enabled. A schedule is deleted with its index; a deleted one is kept,
/// unseen, until its backups have expired. Thread-safe.
/// </summary>
internal sealed class BackupSchedules(VectorEngine engine, TimeProvider time) : IIndexDependent
{
    private readonly Lock _changes = new();

    /// <summary>Every schedule, the deleted ones included.</summary>
    public IEnumerable<BackupSchedule> All() => engine.Documents.All(BackupSchedule.Kind).Select(found => BackupSchedule.Parse(found.Json));

    public IEnumerable<BackupSchedule> Of(Guid indexId) => All().Where(schedule => schedule.IndexId == indexId && !schedule.IsDeleted);

    /// <exception cref="WireException">There is none: 404.</exception>
    public BackupSchedule Get(string id) =>
        engine.Documents.Get(BackupSchedule.Kind, id) is { } json && BackupSchedule.Parse(json) is { IsDeleted: false } schedule
            ? schedule
            : throw NotFound(id);

    public static WireException NotFound(string id) => new(WireError.NotFound, $"Backup schedule {id} not found.");

    /// <exception cref="WireException">The index has an enabled one: 409.</exception>
    public BackupSchedule Create(IndexDescriptor index, string name, BackupFrequency frequency, int expireAfterDays)
    {
        var now = time.GetUtcNow();
        var schedule = new BackupSchedule
        {
            Id = Guid.NewGuid().ToString(),
            Name = name,
            IndexName = index.Name,
            IndexId = index.Id,
            Frequency = frequency,
            ExpireAfterDays = expireAfterDays,
            CreatedAt = now,
            Anchor = now,
            NextBackupId = Guid.NewGuid().ToString(),
        }.StartedAt(now);
        lock (_changes)
        {
            CheckNoneEnabled(schedule);
            Save(schedule);
        }

        return schedule;
    }

    /// <summary>Changes what is named. A new frequency counts from now on.</summary>
    /// <returns>The schedule, and whether it was enabled by this.</returns>
    /// <exception cref="WireException">There is none: 404; the index has another enabled one: 409.</exception>
    public (BackupSchedule Schedule, bool IsResumed) Update(string id, BackupFrequency? frequency, int? expireAfterDays, bool? isEnabled)
    {
        lock (_changes)
        {
            var before = Get(id);
            var after = before with
            {
                Frequency = frequency ?? before.Frequency,
                ExpireAfterDays = expireAfterDays ?? before.ExpireAfterDays,
                IsEnabled = isEnabled ?? before.IsEnabled,
            };
            var isResumed = after.IsEnabled && !before.IsEnabled;
            if (isResumed)
                CheckNoneEnabled(after);
            if (!after.IsEnabled)
                after = after with { NextRun = null };
            else if (isResumed || after.Frequency != before.Frequency)
                after = after.StartedAt(time.GetUtcNow());

            Save(after);
            return (after, isResumed);
        }
    }

    /// <summary>After a run has begun.</summary>
    public void Advance(string id)
    {
        lock (_changes)
        {
            if (engine.Documents.Get(BackupSchedule.Kind, id) is { } json && BackupSchedule.Parse(json) is { IsDeleted: false } schedule)
                Save(schedule.AfterRun(time.GetUtcNow()));
        }
    }

    /// <summary>Deletes a schedule; its backups stay until they expire.</summary>
    /// <exception cref="WireException">There is none: 404.</exception>
    public void Delete(string id)
    {
        lock (_changes)
            Save(Deleted(Get(id)));
    }

    /// <summary>Forgets a deleted schedule, none of whose backups is left.</summary>
    public void Forget(string id) => engine.Documents.Remove(BackupSchedule.Kind, id);

    public void Dropping(IndexDescriptor index)
    {
    }

    public void Dropped(IndexDescriptor index)
    {
        lock (_changes)
        {
            foreach (var schedule in Of(index.Id).ToList())
                Save(Deleted(schedule));
        }
    }

    private void CheckNoneEnabled(BackupSchedule wanted)
    {
        if (Of(wanted.IndexId).FirstOrDefault(schedule => schedule.IsEnabled) is { } enabled)
            throw new WireException(
                WireError.AlreadyExists,
                $"An enabled backup schedule already exists for index {wanted.IndexName}: '{enabled.Name}' ({enabled.Id})");
    }

    private static BackupSchedule Deleted(BackupSchedule schedule) => schedule with { IsDeleted = true, IsEnabled = false, NextRun = null };

    private void Save(BackupSchedule schedule) => engine.Documents.Put(BackupSchedule.Kind, schedule.Id, schedule.ToJson());
}
