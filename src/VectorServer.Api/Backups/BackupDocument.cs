using System.Text.Json;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>A backup that is not whole: under way or failed. It goes when the backup is whole, which then speaks for itself.</summary>
/// <param name="Index">The index as it is.</param>
/// <param name="Attributes">What the backup is to bear.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="IsFailed">Else it is under way.</param>
internal sealed record BackupDocument(IndexDescriptor Index, BackupAttributes Attributes, DateTimeOffset CreatedAt, bool IsFailed = false)
{
    public const string Kind = "backups";

    public static BackupDocument Parse(string json) => JsonSerializer.Deserialize(json, BackupsJsonContext.Default.BackupDocument)!;

    public string ToJson() => JsonSerializer.Serialize(this, BackupsJsonContext.Default.BackupDocument);

    public Backup ToBackup(string id) =>
        new(id, IsFailed ? BackupStatus.InitializationFailed : BackupStatus.Initializing, Index, Attributes, CreatedAt, Content: null);
}
