using System.Text.Json;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>How a restore job stands, in the wire's words.</summary>
internal enum RestoreStatus
{
    Pending,
    Completed,
    Failed,

    /// <summary>Its index was deleted before it was done.</summary>
    Cancelled,
}

/// <summary>The making of an index from a backup or a collection; a document, so that a restart goes on with it.</summary>
/// <param name="Id">A uuid.</param>
/// <param name="BackupId">From what.</param>
/// <param name="Target">The index to be.</param>
/// <param name="CreatedAt">When it was asked for.</param>
internal sealed record RestoreJob(string Id, string BackupId, IndexDescriptor Target, DateTimeOffset CreatedAt)
{
    public const string Kind = "restore-jobs";

    public RestoreStatus Status { get; init; }

    /// <summary>When it ended, however it did.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it failed; for whoever reads the data directory, the log has it too.</summary>
    public string? Failure { get; init; }

    /// <summary>It failed, and its index still shows that, until it is deleted.</summary>
    public bool HoldsName { get; init; }

    /// <summary>Share done of one under way, 0..1; never stored.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Progress { get; init; }

    public static RestoreJob Parse(string json) => JsonSerializer.Deserialize(json, BackupsJsonContext.Default.RestoreJob)!;

    public string ToJson() => JsonSerializer.Serialize(this, BackupsJsonContext.Default.RestoreJob);
}
