namespace VectorServer.Storage;

/// <summary>What each compression would find of a namespace's nearest neighbours, and which to take.</summary>
public sealed record CompressionAdvice
{
    public string Namespace { get; init; } = "";

    /// <summary>Records of the namespace.</summary>
    public required int RecordCount { get; init; }

    /// <summary>Records measured on, spread evenly. Among fewer than all, neighbours lie farther apart and are easier to find.</summary>
    public required int SampledRows { get; init; }

    /// <summary>Sampled records whose vectors were asked with, each looking for others than itself.</summary>
    public required int Queries { get; init; }

    /// <summary>Candidates that were rescored for a query, as for one of topK 10.</summary>
    public required int Candidates { get; init; }

    /// <summary>False when time ran out before every code was measured.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Fewest bytes first.</summary>
    public required IReadOnlyList<CompressionMeasure> Measures { get; init; }

    /// <summary>The fewest bytes with the recall asked for.</summary>
    public required Compression Take { get; init; }
}
