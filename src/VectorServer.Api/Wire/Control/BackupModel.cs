using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>BackupModel</c> up to 2026-04.</summary>
internal sealed record BackupModel
{
    public required string BackupId { get; init; }

    public required string SourceIndexName { get; init; }

    public required Guid SourceIndexId { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public required string Status { get; init; }

    public required string Cloud { get; init; }

    public required string Region { get; init; }

    /// <summary>Absent for a sparse index.</summary>
    public int? Dimension { get; init; }

    public required string Metric { get; init; }

    /// <summary>The metadata fields declared filterable; absent when all are.</summary>
    public MetadataSchema? Schema { get; init; }

    /// <summary>This and the next two: absent until the backup is ready.</summary>
    public long? RecordCount { get; init; }

    public int? NamespaceCount { get; init; }

    public long? SizeBytes { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Schema <c>BackupList</c> up to 2026-04.</summary>
internal sealed record BackupList(IReadOnlyList<BackupModel> Data, Pagination? Pagination);
