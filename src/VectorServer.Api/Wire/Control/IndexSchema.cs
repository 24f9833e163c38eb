using System.Text.Json;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>IndexSchema</c> from 2026-07 on: what the records of an index hold, by field name.</summary>
internal sealed record IndexSchema
{
    /// <summary>Name of the dense field of a vectors index.</summary>
    public const string DenseField = "_values";

    /// <summary>Name of the sparse field of a vectors index.</summary>
    public const string SparseField = "_sparse_values";

    public required IReadOnlyDictionary<string, IndexSchemaField> Fields { get; init; }
}

/// <summary>One field of any type; which properties mean something depends on <see cref="Type"/>.</summary>
internal sealed record IndexSchemaField
{
    public required string Type { get; init; }

    /// <summary>Of a dense vector.</summary>
    public int? Dimension { get; init; }

    /// <summary>Of a vector.</summary>
    public string? Metric { get; init; }

    /// <summary>Of metadata.</summary>
    public bool? Filterable { get; init; }

    /// <summary>Of a string.</summary>
    public JsonElement? FullTextSearch { get; init; }

    public string? Description { get; init; }
}

/// <summary>The types of <see cref="IndexSchemaField"/>.</summary>
internal static class IndexFieldTypes
{
    public const string DenseVector = "dense_vector";
    public const string SparseVector = "sparse_vector";
    public const string SemanticText = "semantic_text";
    public const string String = "string";

    public static readonly IReadOnlySet<string> Metadata = new HashSet<string> { String, "string_list", "float", "integer", "boolean" };
}
