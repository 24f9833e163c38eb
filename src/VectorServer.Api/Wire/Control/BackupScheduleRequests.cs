namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>CreateBackupScheduleRequest</c>, from 2026-07 on.</summary>
internal sealed record CreateBackupScheduleRequest
{
    public required string Name { get; init; }

    public required BackupScheduleRequestSchedule Schedule { get; init; }

    public required BackupScheduleRetention Retention { get; init; }
}

/// <summary>Schema <c>CreateBackupScheduleRequest.schedule</c>.</summary>
internal sealed record BackupScheduleRequestSchedule
{
    public const string TimeBased = "time-based";

    public required string Type { get; init; }

    public required string Frequency { get; init; }
}

/// <summary>Schema <c>BackupScheduleRetentionInput</c>.</summary>
internal sealed record BackupScheduleRetention
{
    public required int ExpireAfterDays { get; init; }
}

/// <summary>Schema <c>UpdateBackupScheduleRequest</c>; what is absent stays as it is.</summary>
internal sealed record UpdateBackupScheduleRequest(string? Frequency, BackupScheduleRetention? Retention, bool? Enabled);
