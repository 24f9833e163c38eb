using VectorServer.Api.Backups;
using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Control;
using VectorServer.Storage;

namespace VectorServer.Api.Validation;

/// <summary>What the specification calls invalid in requests about backups, collections and schedules.</summary>
internal static class BackupRules
{
    private const int DescriptionLengthMax = 1000; // the specification has no limit; this keeps lists readable
    private const int ScheduleNameLengthMax = 100;
    private const int ExpireAfterDaysMax = 3650;

    public static void Check(CreateBackupRequest request, ApiFamily family)
    {
        if (request.Name is { } name && family == ApiFamily.Schema)
            IndexRules.CheckName(name, "Backup");
        CheckLength("name", request.Name);
        CheckLength("description", request.Description);
    }

    public static void Check(CreateIndexFromBackupRequest request)
    {
        IndexRules.CheckName(request.Name);
        IndexRules.CheckDeletionProtection(request.DeletionProtection);
        IndexRules.CheckTags(request.Tags);
        IndexRules.CheckTagCount(request.Tags?.Count ?? 0);
        ReadCapacityRules.Check(request.ReadCapacity);
    }

    public static void Check(CreateCollectionRequest request) => IndexRules.CheckName(request.Name, "Collection");

    public static void Check(CreateBackupScheduleRequest request)
    {
        if (request.Name.Length is 0 or > ScheduleNameLengthMax)
            throw WireException.Invalid($"Backup schedule name must be 1 to {ScheduleNameLengthMax} characters long, got {request.Name.Length}");
        if (request.Schedule.Type != BackupScheduleRequestSchedule.TimeBased)
            throw WireException.Invalid($"schedule.type must be {BackupScheduleRequestSchedule.TimeBased}, got '{request.Schedule.Type}'");
        ParseFrequency(request.Schedule.Frequency);
        CheckRetention(request.Retention);
    }

    public static void Check(UpdateBackupScheduleRequest request)
    {
        if (request.Frequency is not null)
            ParseFrequency(request.Frequency);
        CheckRetention(request.Retention);
    }

    public static BackupFrequency ParseFrequency(string name) => BackupFrequencies.TryParse(name, out var frequency)
        ? frequency
        : throw WireException.Invalid($"frequency must be one of {BackupFrequencies.All}, got '{name}'");

    /// <summary>Pods have collections, the others backups and schedules.</summary>
    public static void CheckHasBackups(IndexDescriptor index)
    {
        if (IndexAttributes.Of(index).Deployment.Kind == DeploymentKind.Pod)
            throw WireException.Invalid($"Pod indexes do not support backups: create a collection from index {index.Name}");
    }

    public static void CheckHasCollections(IndexDescriptor index)
    {
        if (IndexAttributes.Of(index).Deployment.Kind != DeploymentKind.Pod)
            throw WireException.Invalid($"Only pod indexes support collections: create a backup of index {index.Name}");
    }

    private static void CheckRetention(BackupScheduleRetention? retention)
    {
        if (retention is not null and not { ExpireAfterDays: >= 1 and <= ExpireAfterDaysMax })
            throw WireException.Invalid($"retention.expire_after_days must be between 1 and {ExpireAfterDaysMax}, got {retention.ExpireAfterDays}");
    }

    private static void CheckLength(string field, string? text)
    {
        if (text?.Length > DescriptionLengthMax)
            throw WireException.Invalid($"{field} must be at most {DescriptionLengthMax} characters long, got {text.Length}");
    }
}
