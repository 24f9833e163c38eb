namespace VectorServer.Storage;

/// <summary>One record as a client writes and reads it.</summary>
/// <param name="Id">1..512 ASCII characters without NUL.</param>
/// <param name="Values">The dense vector, <c>[dimension]</c> float32; empty in a sparse index.</param>
/// <param name="Sparse">The sparse vector, where the record has one.</param>
/// <param name="Metadata">The metadata, where the record has any.</param>
public sealed record VectorRecord(string Id, ReadOnlyMemory<float> Values, SparseVector? Sparse = null, RecordMetadata? Metadata = null);
