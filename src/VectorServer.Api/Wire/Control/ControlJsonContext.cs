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
internal sealed partial class ControlJsonContext : JsonSerializerContext;
