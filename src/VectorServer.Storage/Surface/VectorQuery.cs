namespace VectorServer.Storage;

/// <summary>What a query asks of one namespace. Exactly one way to ask: <see cref="Vector"/>, <see cref="Sparse"/>, both, or <see cref="Id"/>.</summary>
public sealed record VectorQuery
{
    /// <summary>How many matches at most, at least 1.</summary>
    public required int TopK { get; init; }

    /// <summary>Dense query, <c>[dimension]</c>.</summary>
    public ReadOnlyMemory<float>? Vector { get; init; }

    public SparseVector? Sparse { get; init; }

    /// <summary>Ask with the vectors of this stored record; an unknown id matches nothing.</summary>
    public string? Id { get; init; }

    /// <summary>Only records that satisfy it are scored.</summary>
    public Filter? Filter { get; init; }

    public bool IncludeValues { get; init; }

    public bool IncludeMetadata { get; init; }

    /// <summary>How many candidates the codes may shortlist before exact rescoring; null lets the engine choose.</summary>
    public int? MaxCandidates { get; init; }

    /// <summary>Effort relative to the engine's default candidate count, 0.5..4; anything else is refused. Null is 4, the default.</summary>
    public float? ScanFactor { get; init; }

    /// <summary>Scan the raw vectors even where codes exist.</summary>
    public bool Exact { get; init; }

    /// <summary>Leaves out matches that score lower. Not for <see cref="Metric.Euclidean"/>.</summary>
    public double? MinScore { get; init; }

    /// <summary>Leaves out matches that are farther, as a squared distance. For <see cref="Metric.Euclidean"/> alone.</summary>
    public double? MaxDistance { get; init; }

    /// <summary>Adds <see cref="QueryResult.Explanation"/>.</summary>
    public bool Explain { get; init; }
}
