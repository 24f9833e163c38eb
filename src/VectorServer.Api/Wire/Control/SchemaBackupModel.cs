using System.Text.Json.Serialization;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>BackupModel</c> from 2026-07 on.</summary>
internal sealed record SchemaBackupModel
{
    public required string BackupId { get; init; }

    public required string SourceIndexName { get; init; }

    public required Guid SourceIndexId { get; init; }

    /// <summary>Absent while the index is there.</summary>
    public DateTimeOffset? SourceIndexDeletedAt { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public required string Status { get; init; }

    public required string Cloud { get; init; }

    public required string Region { get; init; }

    /// <summary>The schema of the index.</summary>
    public required IndexSchema Schema { get; init; }

    /// <summary>This and the next two: absent until the backup is ready.</summary>
    public long? RecordCount { get; init; }

    public int? NamespaceCount { get; init; }

    public long? SizeBytes { get; init; }

    /// <summary>Null, not absent, when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Schema <c>BackupList</c> from 2026-07 on.</summary>
internal sealed record SchemaBackupList(IReadOnlyList<SchemaBackupModel> Data, Pagination? Pagination);
