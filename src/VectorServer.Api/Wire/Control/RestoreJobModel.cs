using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>RestoreJobModel</c>.</summary>
internal sealed record RestoreJobModel
{
    public required string RestoreJobId { get; init; }

    public required string BackupId { get; init; }

    public required string TargetIndexName { get; init; }

    public required Guid TargetIndexId { get; init; }

    public required string Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>From 2026-07 on only of a job that is completed.</summary>
    public double? PercentComplete { get; init; }
}

/// <summary>Schema <c>RestoreJobList</c>.</summary>
internal sealed record RestoreJobList(IReadOnlyList<RestoreJobModel> Data, Pagination? Pagination);
