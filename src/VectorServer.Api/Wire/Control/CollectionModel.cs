namespace VectorServer.Api.Wire.Control;

/// <summary>Schema <c>CreateCollectionRequest</c>.</summary>
internal sealed record CreateCollectionRequest
{
    public required string Name { get; init; }

    /// <summary>Name of a pod index.</summary>
    public required string Source { get; init; }
}

/// <summary>Schema <c>CollectionModel</c>.</summary>
internal sealed record CollectionModel
{
    public required string Name { get; init; }

    public required string Status { get; init; }

    public required string Environment { get; init; }

    /// <summary>In bytes.</summary>
    public long? Size { get; init; }

    public int? Dimension { get; init; }

    public long? VectorCount { get; init; }
}

/// <summary>Schema <c>CollectionList</c>.</summary>
internal sealed record CollectionList(IReadOnlyList<CollectionModel> Collections);
