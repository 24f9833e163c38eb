namespace VectorServer.Storage;

/// <summary>Which kind of vector the records of an index carry. The numbers are stored on disk.</summary>
public enum VectorType
{
    Dense = 0,
    Sparse = 1,
}
