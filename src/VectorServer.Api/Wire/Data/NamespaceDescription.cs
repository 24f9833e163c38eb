using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>CreateNamespaceRequest</c>.</summary>
internal sealed class CreateNamespaceRequest
{
    public string? Name { get; set; }

    public NamespaceSchema? Schema { get; set; }
}

/// <summary>Schema <c>NamespaceDescription</c>.</summary>
internal sealed record NamespaceDescription(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("record_count")] Int64Text RecordCount,
    [property: JsonPropertyName("schema")] NamespaceSchema? Schema,
    [property: JsonPropertyName("indexed_fields")] IndexedFields? IndexedFields,
    [property: JsonPropertyName("size_bytes")] Int64Text? SizeBytes)
{
    /// <summary>Extension of this server: why the namespace is damaged and not served.</summary>
    [JsonPropertyName("damaged")]
    public string? Damaged { get; init; }
}

/// <summary>Schema <c>MetadataSchema</c> of a namespace: the metadata fields it indexes.</summary>
internal sealed class NamespaceSchema
{
    public Dictionary<string, NamespaceField?>? Fields { get; set; }
}

/// <summary>Schema <c>MetadataFieldProperties</c>; only true is supported.</summary>
internal sealed class NamespaceField
{
    public bool? Filterable { get; set; }
}

/// <summary>Schema <c>IndexedFields</c>.</summary>
internal sealed record IndexedFields(IReadOnlyList<string> Fields);

/// <summary>Schema <c>ListNamespacesResponse</c>.</summary>
internal sealed record ListNamespacesResponse(
    [property: JsonPropertyName("namespaces")] IReadOnlyList<NamespaceDescription> Namespaces,
    [property: JsonPropertyName("pagination")] Pagination? Pagination,
    [property: JsonPropertyName("total_count")] int TotalCount);
