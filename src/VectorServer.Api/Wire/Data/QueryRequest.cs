using System.Text.Json;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>QueryRequest</c>.</summary>
internal sealed class QueryRequest
{
    public int? TopK { get; set; }

    public float[]? Vector { get; set; }

    public SparseValues? SparseVector { get; set; }

    public string? Id { get; set; }

    public string? Namespace { get; set; }

    public JsonElement? Filter { get; set; }

    public bool? IncludeValues { get; set; }

    public bool? IncludeMetadata { get; set; }

    public float? ScanFactor { get; set; }

    public int? MaxCandidates { get; set; }

    /// <summary>Deprecated, and refused.</summary>
    public JsonElement? Queries { get; set; }

    /// <summary>Extension of this server: scan the raw vectors, whatever codes the index keeps.</summary>
    public bool? Exact { get; set; }
}
