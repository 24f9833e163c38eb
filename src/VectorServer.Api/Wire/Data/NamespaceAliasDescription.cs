using System.Text.Json.Serialization;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>CreateNamespaceAliasRequest</c>.</summary>
internal sealed class CreateNamespaceAliasRequest
{
    public string? Name { get; set; }

    public string? TargetNamespace { get; set; }
}

/// <summary>Schema <c>RepointNamespaceAliasRequest</c>.</summary>
internal sealed class RepointNamespaceAliasRequest
{
    public string? TargetNamespace { get; set; }
}

/// <summary>What a list of aliases is asked for, unchecked.</summary>
/// <param name="Limit">Null for the default.</param>
/// <param name="PaginationToken">Null or empty for the first page.</param>
/// <param name="Prefix">Null or empty for all names.</param>
/// <param name="TargetNamespace">Null for all targets; empty where it was sent without a value.</param>
internal sealed record ListNamespaceAliasesRequest(long? Limit, string? PaginationToken, string? Prefix, string? TargetNamespace);

/// <summary>Schema <c>NamespaceAliasDescription</c>; times are UTC.</summary>
internal sealed record NamespaceAliasDescription(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("target_namespace")] string TargetNamespace,
    [property: JsonPropertyName("created_at")] DateTime CreatedAt,
    [property: JsonPropertyName("updated_at")] DateTime UpdatedAt)
{
    public static NamespaceAliasDescription Of(NamespaceAlias alias) =>
        new(alias.Name, NamespaceName.ToWire(alias.TargetNamespace), ToMicroseconds(alias.CreatedAt), ToMicroseconds(alias.UpdatedAt));

    // Many date parsers take six digits of a second and no seventh.
    private static DateTime ToMicroseconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
}

/// <summary>Schema <c>ListNamespaceAliasesResponse</c>.</summary>
internal sealed record ListNamespaceAliasesResponse(
    [property: JsonPropertyName("namespace_aliases")] IReadOnlyList<NamespaceAliasDescription> NamespaceAliases,
    [property: JsonPropertyName("pagination")] Pagination? Pagination,
    [property: JsonPropertyName("total_count")] int TotalCount);
