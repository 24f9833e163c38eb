using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Registry;

/// <summary>How to measure for <see cref="CompressionAdvice"/>.</summary>
public sealed record AdviceOptions
{
    /// <summary>Records whose vectors are asked with, 1..200.</summary>
    public int Queries { get; init; } = 100;

    /// <summary>The least recall that is good enough, 0..1.</summary>
    public double Recall { get; init; } = 0.99;

    /// <summary>No code is begun after this, nor finished long after it.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);
}

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

/// <summary>One compression, measured.</summary>
/// <param name="Compression">The codes; <see cref="Compression.Float32"/> for raw vectors.</param>
/// <param name="BytesPerVector">What a scan reads of a vector.</param>
/// <param name="Recall">Recall at 10 as served, the candidates being rescored.</param>
/// <param name="CodesAloneRecall">Recall at 10 if the codes decided.</param>
public sealed record CompressionMeasure(Compression Compression, double BytesPerVector, double Recall, double CodesAloneRecall);
