namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>IndexSpec</c>, in requests and answers: exactly one part is set.</summary>
internal sealed record IndexSpec
{
    public ServerlessSpec? Serverless { get; init; }

    public PodSpec? Pod { get; init; }

    public ByocSpec? Byoc { get; init; }
}

/// <summary>Schemas <c>ServerlessSpec</c> and <c>ServerlessSpecResponse</c>.</summary>
internal sealed record ServerlessSpec
{
    public required string Cloud { get; init; }

    public required string Region { get; init; }

    public ReadCapacity? ReadCapacity { get; init; }

    public string? SourceCollection { get; init; }

    public MetadataSchema? Schema { get; init; }
}

/// <summary>Schema <c>PodSpec</c>.</summary>
internal sealed record PodSpec
{
    public required string Environment { get; init; }

    public required string PodType { get; init; }

    public int? Replicas { get; init; }

    public int? Shards { get; init; }

    public int? Pods { get; init; }

    public PodMetadataConfig? MetadataConfig { get; init; }

    public string? SourceCollection { get; init; }
}

/// <summary>Schema <c>PodSpec.metadata_config</c>.</summary>
internal sealed record PodMetadataConfig(IReadOnlyList<string>? Indexed);

/// <summary>Schemas <c>ByocSpec</c> and <c>ByocSpecResponse</c>.</summary>
internal sealed record ByocSpec
{
    public required string Environment { get; init; }

    public ReadCapacity? ReadCapacity { get; init; }

    public MetadataSchema? Schema { get; init; }
}

/// <summary>Schema <c>MetadataSchema</c>: the metadata fields that are indexed.</summary>
internal sealed record MetadataSchema
{
    public required IReadOnlyDictionary<string, MetadataFieldProperties> Fields { get; init; }
}

/// <summary>The properties of one field of <see cref="MetadataSchema"/>; only true is supported.</summary>
internal sealed record MetadataFieldProperties(bool? Filterable);
