using System.Text.Json.Serialization;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>BackupScheduleResponse</c>, from 2026-07 on.</summary>
internal sealed record BackupScheduleModel
{
    public required string ScheduleId { get; init; }

    public required string Name { get; init; }

    public required Guid IndexId { get; init; }

    public required Guid ProjectId { get; init; }

    public required string ScheduleType { get; init; }

    public required string Frequency { get; init; }

    public required int RetentionExpireAfterDays { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>Null, not absent, while disabled.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? NextScheduledRun { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Schema <c>BackupScheduleList</c>.</summary>
internal sealed record BackupScheduleList(IReadOnlyList<BackupScheduleModel> Data, Pagination? Pagination);

/// <summary>Schema <c>BackupScheduleHistoryItem</c>: a backup of the schedule, or the one to come.</summary>
internal sealed record BackupScheduleHistoryItem
{
    public required string BackupId { get; init; }

    public required Guid SourceIndexId { get; init; }

    public required string SourceIndexName { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required string Status { get; init; }

    public required string Cloud { get; init; }

    public required string Region { get; init; }

    public required IndexSchema Schema { get; init; }

    /// <summary>This and the next two: null until the backup is ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? RecordCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? NamespaceCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? SizeBytes { get; init; }

    /// <summary>Null, not absent, when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Of the one to come.</summary>
    public DateTimeOffset? ScheduledExecutionAt { get; init; }
}

/// <summary>Schema <c>BackupScheduleHistoryList</c>.</summary>
internal sealed record BackupScheduleHistoryList(IReadOnlyList<BackupScheduleHistoryItem> Data, Pagination? Pagination);
