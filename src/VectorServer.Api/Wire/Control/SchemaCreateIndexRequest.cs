using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>CreateIndexRequest</c> from 2026-07 on: a closed object.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SchemaCreateIndexRequest
{
    public required IndexSchema Schema { get; init; }

    /// <summary>Generated when absent.</summary>
    public string? Name { get; init; }

    /// <summary>Managed in aws us-east-1 when absent.</summary>
    public IndexDeployment? Deployment { get; init; }

    public ReadCapacity? ReadCapacity { get; init; }

    public string? DeletionProtection { get; init; }

    public Dictionary<string, string?>? Tags { get; init; }

    /// <summary>Customer-managed encryption keys, which are not offered.</summary>
    public string? CmekId { get; init; }

    /// <summary>A collection to make the index of, which this family does not.</summary>
    public string? SourceCollection { get; init; }

    /// <summary>A backup to make the index of: another operation does.</summary>
    public string? SourceBackupId { get; init; }

    /// <summary>Extension: vectors to calibrate the codes on, <c>[n][dimension]</c>.</summary>
    public IReadOnlyList<float[]>? VsCalibration { get; init; }
}
