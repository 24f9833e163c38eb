using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Control;

/// <summary>The bodies of the control plane: snake_case, nulls left out, unknown fields skipped unless a type is closed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CreateIndexRequest))]
[JsonSerializable(typeof(ConfigureIndexRequest))]
[JsonSerializable(typeof(IndexModel))]
[JsonSerializable(typeof(IndexList))]
[JsonSerializable(typeof(SchemaCreateIndexRequest))]
[JsonSerializable(typeof(SchemaConfigureIndexRequest))]
[JsonSerializable(typeof(SchemaIndexModel))]
[JsonSerializable(typeof(SchemaIndexList))]
[JsonSerializable(typeof(CreateBackupRequest))]
[JsonSerializable(typeof(BackupModel))]
[JsonSerializable(typeof(BackupList))]
[JsonSerializable(typeof(SchemaBackupModel))]
[JsonSerializable(typeof(SchemaBackupList))]
[JsonSerializable(typeof(CreateIndexFromBackupRequest))]
[JsonSerializable(typeof(CreateIndexFromBackupResponse))]
[JsonSerializable(typeof(RestoreJobModel))]
[JsonSerializable(typeof(RestoreJobList))]
[JsonSerializable(typeof(CreateCollectionRequest))]
[JsonSerializable(typeof(CollectionModel))]
[JsonSerializable(typeof(CollectionList))]
[JsonSerializable(typeof(CreateBackupScheduleRequest))]
[JsonSerializable(typeof(UpdateBackupScheduleRequest))]
[JsonSerializable(typeof(BackupScheduleModel))]
[JsonSerializable(typeof(BackupScheduleList))]
[JsonSerializable(typeof(BackupScheduleHistoryList))]
[JsonSerializable(typeof(ServerInfo))]
internal sealed partial class ControlJsonContext : JsonSerializerContext;
