namespace VectorServer.Storage;

/// <summary>How two vectors are compared. The numbers are stored on disk.</summary>
public enum Metric
{
    /// <summary>Cosine of the angle, -1..1, higher is nearer.</summary>
    Cosine = 0,

    /// <summary>Inner product, higher is nearer; dense and sparse parts add up.</summary>
    DotProduct = 1,

    /// <summary>Squared Euclidean distance, lower is nearer.</summary>
    Euclidean = 2,
}
