using System.Text.Json;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>FetchByMetadataRequest</c>.</summary>
internal sealed class FetchByMetadataRequest
{
    public JsonElement? Filter { get; set; }

    public string? Namespace { get; set; }

    public int? Limit { get; set; }

    public string? PaginationToken { get; set; }
}
