using System.Text.Json.Serialization;

namespace VectorServer.Api.Backups;

/// <summary>The documents that this room keeps in the data directory.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(BackupAttributes))]
[JsonSerializable(typeof(BackupDocument))]
[JsonSerializable(typeof(RestoreJob))]
[JsonSerializable(typeof(BackupSchedule))]
[JsonSerializable(typeof(DeletedIndex))]
internal sealed partial class BackupsJsonContext : JsonSerializerContext;
