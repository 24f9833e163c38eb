using System.Text.Json;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>UpdateRequest</c>.</summary>
internal sealed class UpdateRequest
{
    public string? Id { get; set; }

    public float[]? Values { get; set; }

    public SparseValues? SparseValues { get; set; }

    public JsonElement? SetMetadata { get; set; }

    public string? Namespace { get; set; }

    public JsonElement? Filter { get; set; }

    public bool? DryRun { get; set; }
}

/// <summary>Schema <c>UpdateResponse</c>; empty for an update by id.</summary>
internal sealed record UpdateResponse(int? MatchedRecords = null);
