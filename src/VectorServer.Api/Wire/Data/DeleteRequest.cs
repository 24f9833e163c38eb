using System.Text.Json;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>DeleteRequest</c>.</summary>
internal sealed class DeleteRequest
{
    public List<string?>? Ids { get; set; }

    public bool? DeleteAll { get; set; }

    public JsonElement? Filter { get; set; }

    public string? Namespace { get; set; }
}
