using VectorServer.Api.Backups;
using VectorServer.Api.Indexes;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Control;

/// <summary>Backup schedules and their history to the models of 2026-07.</summary>
internal static class BackupScheduleMapping
{
    // There is one project here.
    private static readonly Guid ProjectId = Guid.Empty;

    public static BackupScheduleModel ToModel(this BackupSchedule schedule) => new()
    {
        ScheduleId = schedule.Id,
        Name = schedule.Name,
        IndexId = schedule.IndexId,
        ProjectId = ProjectId,
        ScheduleType = BackupScheduleRequestSchedule.TimeBased,
        Frequency = schedule.Frequency.ToWire(),
        RetentionExpireAfterDays = schedule.ExpireAfterDays,
        Enabled = schedule.IsEnabled,
        NextScheduledRun = schedule.NextRun,
        CreatedAt = schedule.CreatedAt,
    };

    /// <summary>The run to come, of an enabled schedule.</summary>
    public static BackupScheduleHistoryItem ToComingItem(this BackupSchedule schedule, IndexDescriptor index)
    {
        var attributes = IndexAttributes.Of(index);
        var (cloud, region) = BackupMapping.Place(attributes.Deployment);
        return new BackupScheduleHistoryItem
        {
            BackupId = schedule.NextBackupId,
            SourceIndexId = index.Id,
            SourceIndexName = index.Name,
            Name = BackupScheduler.NameOf(schedule, schedule.NextRun!.Value),
            Status = "Scheduled",
            Cloud = cloud,
            Region = region,
            Schema = IndexModelMapping.ToSchema(index, attributes),
            Tags = attributes.Tags,
            CreatedAt = schedule.NextRun.Value,
            ScheduledExecutionAt = schedule.NextRun,
        };
    }

    public static BackupScheduleHistoryItem ToHistoryItem(this Backup backup)
    {
        var model = backup.ToSchemaModel();
        return new BackupScheduleHistoryItem
        {
            BackupId = model.BackupId,
            SourceIndexId = model.SourceIndexId,
            SourceIndexName = model.SourceIndexName,
            Name = model.Name!,
            Description = model.Description,
            Status = model.Status,
            Cloud = model.Cloud,
            Region = model.Region,
            Schema = model.Schema,
            RecordCount = model.RecordCount,
            NamespaceCount = model.NamespaceCount,
            SizeBytes = model.SizeBytes,
            Tags = model.Tags,
            CreatedAt = model.CreatedAt,
        };
    }
}
