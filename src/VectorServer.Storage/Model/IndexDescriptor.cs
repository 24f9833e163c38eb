namespace VectorServer.Storage;

/// <summary>What an index is. Everything but <see cref="Compression"/>, <see cref="Search"/> and <see cref="Attributes"/> is fixed at creation.</summary>
public sealed record IndexDescriptor
{
    /// <summary>Unique name, 1..45 of <c>[a-z0-9-]</c>, with a letter or digit at both ends.</summary>
    public required string Name { get; init; }

    /// <summary>Distinguishes an index from an earlier one of the same name.</summary>
    public Guid Id { get; init; } = Guid.NewGuid();

    public VectorType VectorType { get; init; }

    /// <summary>Components per dense vector, 1..20000; 0 for a sparse index.</summary>
    public int Dimension { get; init; }

    public Metric Metric { get; init; }

    /// <summary>The codes kept beside the raw vectors to shortlist candidates.</summary>
    public Compression Compression { get; init; } = Compression.Auto;

    /// <summary>How candidates are found.</summary>
    public SearchOptions Search { get; init; } = SearchOptions.Default;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>A JSON document the host keeps with the index (spec, tags, port, ...). The engine never reads it.</summary>
    public string Attributes { get; init; } = "{}";
}
