namespace VectorServer.Storage;

/// <summary>How an index finds candidates. The numbers are stored on disk.</summary>
public enum IndexKind
{
    /// <summary>A scan of few rows, a graph over many.</summary>
    Auto = 0,

    /// <summary>A scan of every row's code, or of the raw vectors.</summary>
    Flat = 1,

    /// <summary>A hierarchical navigable small world graph.</summary>
    Hnsw = 2,

    /// <summary>Inverted lists around k-means centroids, with rows of 8 bits a component.</summary>
    IvfFlat = 3,

    /// <summary>Inverted lists around k-means centroids, with product-quantised residuals.</summary>
    IvfPq = 4,
}
