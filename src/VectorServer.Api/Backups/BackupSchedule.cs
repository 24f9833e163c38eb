using System.Text.Json;

namespace VectorServer.Api.Backups;

/// <summary>A plan to back up an index again and again; a document.</summary>
internal sealed record BackupSchedule
{
    public const string Kind = "backup-schedules";

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string IndexName { get; init; }

    public required Guid IndexId { get; init; }

    public required BackupFrequency Frequency { get; init; }

    /// <summary>How long its backups are kept.</summary>
    public required int ExpireAfterDays { get; init; }

    public bool IsEnabled { get; init; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where runs are counted from: its creation, or its last change.</summary>
    public required DateTimeOffset Anchor { get; init; }

    /// <summary>When it runs next; null while disabled.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>The id that the next run's backup will have.</summary>
    public required string NextBackupId { get; init; }

    /// <summary>Deleted, with or before its index, but some of its backups are still to expire.</summary>
    public bool IsDeleted { get; init; }

    public static BackupSchedule Parse(string json) => JsonSerializer.Deserialize(json, BackupsJsonContext.Default.BackupSchedule)!;

    public string ToJson() => JsonSerializer.Serialize(this, BackupsJsonContext.Default.BackupSchedule);

    /// <summary>Counting from now on.</summary>
    public BackupSchedule StartedAt(DateTimeOffset now) => this with { Anchor = now, NextRun = Frequency.Next(now, now) };

    /// <summary>After a run, whose missed predecessors are not made up for.</summary>
    public BackupSchedule AfterRun(DateTimeOffset now) =>
        this with { NextRun = IsEnabled ? Frequency.Next(Anchor, now) : null, NextBackupId = Guid.NewGuid().ToString() };

    /// <summary>Whether a backup of this schedule has been kept long enough.</summary>
    public bool HasExpired(Backup backup, DateTimeOffset now) => backup.CreatedAt.AddDays(ExpireAfterDays) <= now;
}
