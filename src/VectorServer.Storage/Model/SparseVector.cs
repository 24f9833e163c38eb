namespace VectorServer.Storage;

/// <summary>A sparse vector: parallel lists, indices ascending and distinct.</summary>
/// <remarks>Make one with <see cref="Create"/>, which sorts and checks.</remarks>
public sealed record SparseVector
{
    private SparseVector(uint[] indices, float[] values) => (Indices, Values) = (indices, values);

    /// <summary>Ascending, distinct.</summary>
    public ReadOnlyMemory<uint> Indices { get; }

    /// <summary>Same length as <see cref="Indices"/>; finite.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>Most pairs one vector may hold.</summary>
    public const int MaxCount = 2048;

    /// <summary>Checks the pairs and sorts them by index.</summary>
    /// <exception cref="StorageException">Lengths differ, none or too many pairs, a duplicate index, or a value that is not finite.</exception>
    public static SparseVector Create(ReadOnlySpan<uint> indices, ReadOnlySpan<float> values)
    {
        if (indices.Length != values.Length)
            throw StorageException.Invalid($"Sparse vector indices and values must have the same length, got {indices.Length} indices and {values.Length} values");
        if (indices.Length == 0)
            throw StorageException.Invalid("Sparse vector must contain at least one value");
        if (indices.Length > MaxCount)
            throw StorageException.Invalid($"Sparse vector size {indices.Length} exceeds the maximum of {MaxCount} non-zero values");

        var sortedIndices = indices.ToArray();
        var sortedValues = values.ToArray();
        Array.Sort(sortedIndices, sortedValues);
        for (var i = 0; i < sortedIndices.Length; i++)
        {
            if (i > 0 && sortedIndices[i] == sortedIndices[i - 1])
                throw StorageException.Invalid($"Sparse vector must not contain duplicate indices, got {sortedIndices[i]} twice");
            if (!float.IsFinite(sortedValues[i]))
                throw StorageException.Invalid($"Sparse vector values must be finite, got {sortedValues[i]} for index {sortedIndices[i]}");
        }

        return new SparseVector(sortedIndices, sortedValues);
    }

    /// <summary>Wraps lists that were checked when they were stored.</summary>
    internal static SparseVector FromStored(uint[] indices, float[] values) => new(indices, values);
}
