using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>CreateNamespaceRequest</c>; <see cref="Schema"/> is read by hand, for a wrong form has a status of its own.</summary>
internal sealed class CreateNamespaceRequest
{
    public string? Name { get; set; }

    public JsonElement? Schema { get; set; }
}

/// <summary>Schema <c>NamespaceDescription</c>.</summary>
internal sealed record NamespaceDescription(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("record_count")] Int64Text RecordCount,
    [property: JsonPropertyName("schema")] NamespaceSchema? Schema,
    [property: JsonPropertyName("indexed_fields")] IndexedFields? IndexedFields,
    [property: JsonPropertyName("size_bytes")] Int64Text? SizeBytes);

/// <summary>Schema <c>MetadataSchema</c> as a namespace shows it: each declared field, filterable.</summary>
internal sealed record NamespaceSchema(IReadOnlyDictionary<string, NamespaceField> Fields);

internal sealed record NamespaceField(bool Filterable);

/// <summary>Schema <c>IndexedFields</c>.</summary>
internal sealed record IndexedFields(IReadOnlyList<string> Fields);

/// <summary>Schema <c>ListNamespacesResponse</c>.</summary>
internal sealed record ListNamespacesResponse(
    [property: JsonPropertyName("namespaces")] IReadOnlyList<NamespaceDescription> Namespaces,
    [property: JsonPropertyName("pagination")] Pagination? Pagination,
    [property: JsonPropertyName("total_count")] int TotalCount);
