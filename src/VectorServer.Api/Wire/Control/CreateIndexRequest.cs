namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>CreateIndexRequest</c> up to 2026-04.</summary>
internal sealed record CreateIndexRequest
{
    public required string Name { get; init; }

    public required IndexSpec Spec { get; init; }

    public int? Dimension { get; init; }

    public string? Metric { get; init; }

    public string? VectorType { get; init; }

    public string? DeletionProtection { get; init; }

    public Dictionary<string, string?>? Tags { get; init; }

    /// <summary>Extension: vectors to calibrate the codes on, <c>[n][dimension]</c>.</summary>
    public IReadOnlyList<float[]>? VsCalibration { get; init; }
}
