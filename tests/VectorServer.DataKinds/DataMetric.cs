namespace VectorServer.DataKinds;

/// <summary>How two vectors are compared. The engine's metrics with the engine's numbers, so that this project needs no engine.</summary>
public enum DataMetric
{
    Cosine = 0,
    DotProduct = 1,

    /// <summary>Squared distance; lower is nearer.</summary>
    Euclidean = 2,
}
