namespace VectorServer.Storage;

/// <summary>A change to one record; null parts stay as they are, metadata fields are merged.</summary>
public sealed record RecordUpdate(string Id, ReadOnlyMemory<float>? Values = null, SparseVector? Sparse = null, RecordMetadata? SetMetadata = null);
