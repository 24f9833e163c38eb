namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>CreateBackupRequest</c>.</summary>
internal sealed record CreateBackupRequest(string? Name, string? Description);

/// <summary>Schema <c>CreateIndexFromBackupRequest</c>.</summary>
internal sealed record CreateIndexFromBackupRequest
{
    public required string Name { get; init; }

    /// <summary>The backup's when absent.</summary>
    public Dictionary<string, string?>? Tags { get; init; }

    public string? DeletionProtection { get; init; }

    /// <summary>From 2026-07 on.</summary>
    public ReadCapacity? ReadCapacity { get; init; }
}

/// <summary>Schema <c>CreateIndexFromBackupResponse</c>.</summary>
internal sealed record CreateIndexFromBackupResponse(string RestoreJobId, Guid IndexId);
