namespace VectorServer.Storage;

/// <summary>A match: <paramref name="Score"/> as the metric defines it; parts not asked for are empty or null.</summary>
public sealed record ScoredRecord(string Id, double Score, ReadOnlyMemory<float> Values, SparseVector? Sparse, RecordMetadata? Metadata);
