using System.Text.Json;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>ConfigureIndexRequest</c> from 2026-07 on; what is absent stays as it is.</summary>
internal sealed record SchemaConfigureIndexRequest
{
    /// <summary>Of pods only.</summary>
    public ConfigurePod? Deployment { get; init; }

    public ReadCapacity? ReadCapacity { get; init; }

    public string? DeletionProtection { get; init; }

    /// <summary>Merged; an empty value removes a tag.</summary>
    public Dictionary<string, string?>? Tags { get; init; }

    /// <summary>Parameters of a semantic text field, which is not offered.</summary>
    public JsonElement? Schema { get; init; }
}
