using System.Text.Json;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>ConfigureIndexRequest</c> up to 2026-04; what is absent stays as it is.</summary>
internal sealed record ConfigureIndexRequest
{
    public ConfigureIndexSpec? Spec { get; init; }

    public string? DeletionProtection { get; init; }

    /// <summary>Merged; an empty value removes a tag.</summary>
    public Dictionary<string, string?>? Tags { get; init; }

    /// <summary>Turns an index into an integrated one, which is not offered.</summary>
    public JsonElement? Embed { get; init; }
}

/// <summary>Schema <c>ConfigureIndexRequest.spec</c>: at most one part is set.</summary>
internal sealed record ConfigureIndexSpec
{
    public ConfigureReadCapacity? Serverless { get; init; }

    public ConfigurePod? Pod { get; init; }

    public ConfigureReadCapacity? Byoc { get; init; }
}

/// <summary>Schemas <c>ConfigureIndexRequest.spec.serverless</c> and <c>.byoc</c>.</summary>
internal sealed record ConfigureReadCapacity(ReadCapacity? ReadCapacity);

/// <summary>Schema <c>ConfigureIndexRequest.spec.pod</c>, and <c>deployment</c> from 2026-07 on.</summary>
internal sealed record ConfigurePod(int? Replicas, string? PodType);
