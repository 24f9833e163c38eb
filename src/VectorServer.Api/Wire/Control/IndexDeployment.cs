namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>deployment</c> from 2026-07 on, in requests and answers; which fields are set depends on the type.</summary>
internal sealed record IndexDeployment
{
    public const string Managed = "managed";
    public const string Byoc = "byoc";
    public const string Pod = "pod";

    public required string DeploymentType { get; init; }

    public string? Cloud { get; init; }

    public string? Region { get; init; }

    public string? Environment { get; init; }

    public string? PodType { get; init; }

    public int? Replicas { get; init; }

    public int? Shards { get; init; }
}
