using System.Text.Json;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>What the host keeps with a backup, inside it; written once.</summary>
internal sealed record BackupAttributes
{
    /// <summary>Version of this document.</summary>
    public int Format { get; init; } = 1;

    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>When the client, or the schedule, asked for it.</summary>
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>The schedule that made it, if any.</summary>
    public string? ScheduleId { get; init; }

    public static BackupAttributes Of(BackupInfo info) =>
        JsonSerializer.Deserialize(info.Attributes, BackupsJsonContext.Default.BackupAttributes) ?? new BackupAttributes();

    public string ToJson() => JsonSerializer.Serialize(this, BackupsJsonContext.Default.BackupAttributes);
}
