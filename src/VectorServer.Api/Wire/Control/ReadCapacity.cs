namespace VectorServer.Api.Wire.Control;

/// <summary>Schemas <c>ReadCapacity</c> and, with <see cref="Status"/>, <c>ReadCapacityResponse</c>.</summary>
internal sealed record ReadCapacity
{
    public const string OnDemandMode = "OnDemand";

    public const string DedicatedMode = "Dedicated";

    /// <summary><c>OnDemand</c> or <c>Dedicated</c>.</summary>
    public required string Mode { get; init; }

    public ReadCapacityDedicatedConfig? Dedicated { get; init; }

    /// <summary>Set in answers only; never stored.</summary>
    public ReadCapacityStatus? Status { get; init; }

    /// <summary>As answers show it: what was asked for is there.</summary>
    public static ReadCapacity Shown(ReadCapacity? stored)
    {
        var capacity = stored ?? new ReadCapacity { Mode = OnDemandMode };
        var manual = capacity.Dedicated?.Manual;
        return capacity with { Status = new ReadCapacityStatus("Ready", manual?.Replicas, manual?.Shards) };
    }
}

/// <summary>Schema <c>ReadCapacityDedicatedConfig</c>.</summary>
internal sealed record ReadCapacityDedicatedConfig(string? NodeType, string? Scaling, ScalingConfigManual? Manual);

/// <summary>Schema <c>ScalingConfigManual</c>.</summary>
internal sealed record ScalingConfigManual(int? Replicas, int? Shards);

/// <summary>Schema <c>ReadCapacityStatus</c>.</summary>
internal sealed record ReadCapacityStatus(string State, int? CurrentReplicas, int? CurrentShards);
