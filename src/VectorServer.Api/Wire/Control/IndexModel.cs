using VectorServer.Api.Indexes;

namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>IndexModel</c> up to 2026-04.</summary>
internal sealed record IndexModel
{
    public required string Name { get; init; }

    public required string Metric { get; init; }

    public required string Host { get; init; }

    public required IndexSpec Spec { get; init; }

    public required IndexModelStatus Status { get; init; }

    public required string VectorType { get; init; }

    /// <summary>Absent for a sparse index.</summary>
    public int? Dimension { get; init; }

    public required string DeletionProtection { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>Schema <c>IndexModel.status</c>.</summary>
internal sealed record IndexModelStatus(bool Ready, string State)
{
    public static IndexModelStatus Of(IndexState state) => new(state == IndexState.Ready, state.ToString());
}

/// <summary>Schema <c>IndexList</c>.</summary>
internal sealed record IndexList(IReadOnlyList<IndexModel> Indexes);
