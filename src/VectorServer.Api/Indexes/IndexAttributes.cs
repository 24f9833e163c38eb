using System.Text.Json;
using System.Text.Json.Serialization;
using VectorServer.Api.Wire.Control;
using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>How an index says it is deployed. Here it changes nothing but what is shown.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeploymentKind>))]
internal enum DeploymentKind
{
    Serverless,
    Pod,
    Byoc,
}

/// <summary>Where an index says it is deployed; the fields of its kind are set.</summary>
internal sealed record DeploymentAttributes(DeploymentKind Kind)
{
    public string? Cloud { get; init; }

    public string? Region { get; init; }

    public string? Environment { get; init; }

    public string? PodType { get; init; }

    public int? Replicas { get; init; }

    public int? Shards { get; init; }

    /// <summary>Metadata fields a pod index names as indexed.</summary>
    public IReadOnlyList<string>? IndexedFields { get; init; }

    public ReadCapacity? ReadCapacity { get; init; }

    /// <summary>Says it is read by nodes of its own.</summary>
    [JsonIgnore]
    public bool IsDedicated => ReadCapacity?.Mode == ReadCapacity.DedicatedMode;
}

/// <summary>A metadata field declared with the index.</summary>
/// <param name="Type">Type of the schema family; null where an older version declared the field.</param>
/// <param name="Filterable">Null where not said.</param>
/// <param name="Description">The client's remark.</param>
internal sealed record FieldAttributes(string? Type, bool? Filterable, string? Description = null);

/// <summary>What the host keeps with an index, in <see cref="IndexDescriptor.Attributes"/>; written once, shown in every wire family.</summary>
internal sealed record IndexAttributes(DeploymentAttributes Deployment)
{
    private static readonly IndexAttributes Unsaid = new(new DeploymentAttributes(DeploymentKind.Serverless) { Cloud = "aws", Region = "us-east-1" });

    /// <summary>Version of this document.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The index's own port; null while it has none.</summary>
    public int? Port { get; init; }

    public bool DeletionProtection { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Metadata fields declared at creation; null when all are indexed.</summary>
    public IReadOnlyDictionary<string, FieldAttributes>? Fields { get; init; }

    /// <summary>A dense index that was declared with a sparse field beside the dense one.</summary>
    public bool HasSparseField { get; init; }

    /// <summary>The backup this index was made from, if any.</summary>
    public string? SourceBackupId { get; init; }

    /// <summary>The collection this index was made from, if any.</summary>
    public string? SourceCollection { get; init; }

    /// <summary>What else the document holds: another program's, which opened the data directory in process. Kept as it is.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <summary>
    /// What is kept with the index. One that was made in process, without the host, says nothing of its deployment, or has a document that
    /// is none of the host's: it is shown as the usual index of one.
    /// </summary>
    public static IndexAttributes Of(IndexDescriptor descriptor)
    {
        try
        {
            var known = JsonSerializer.Deserialize(descriptor.Attributes, IndexAttributesJsonContext.Default.IndexAttributes);
            return known is null ? Unsaid : known.Deployment is null ? known with { Deployment = Unsaid.Deployment } : known;
        }
        catch (JsonException)
        {
            return Unsaid;
        }
    }

    public static IndexDescriptor WithPort(IndexDescriptor descriptor, int? port) => (Of(descriptor) with { Port = port }).WriteTo(descriptor);

    public IndexDescriptor WriteTo(IndexDescriptor descriptor) =>
        descriptor with { Attributes = JsonSerializer.Serialize(this, IndexAttributesJsonContext.Default.IndexAttributes) };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IndexAttributes))]
internal sealed partial class IndexAttributesJsonContext : JsonSerializerContext;
