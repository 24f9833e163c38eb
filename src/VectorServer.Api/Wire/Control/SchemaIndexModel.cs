using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>IndexModel</c> from 2026-07 on.</summary>
internal sealed record SchemaIndexModel
{
    public required string Name { get; init; }

    public required string Host { get; init; }

    public required IndexSchema Schema { get; init; }

    public required IndexDeployment Deployment { get; init; }

    /// <summary>Absent for pods.</summary>
    public ReadCapacity? ReadCapacity { get; init; }

    public required string DeletionProtection { get; init; }

    /// <summary>Null, not absent, when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public required IndexModelStatus Status { get; init; }

    public string? SourceCollection { get; init; }

    public string? SourceBackupId { get; init; }
}

/// <summary>Schema <c>IndexList</c> from 2026-07 on.</summary>
internal sealed record SchemaIndexList(IReadOnlyList<SchemaIndexModel> Indexes);
