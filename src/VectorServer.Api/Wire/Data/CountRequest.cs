using System.Text.Json;

namespace VectorServer.Api.Wire.Data;

/// <summary>Extension of this server: how many records of a namespace match.</summary>
internal sealed class CountRequest
{
    public JsonElement? Filter { get; set; }

    public string? Namespace { get; set; }
}

/// <summary>The answer to <see cref="CountRequest"/>.</summary>
internal sealed record CountResponse(int Count, string Namespace, Usage Usage);
