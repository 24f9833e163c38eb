using System.Diagnostics.CodeAnalysis;

namespace VectorServer.Storage.Model;

/// <summary>What a record must satisfy to enter an index, whatever protocol it came by.</summary>
internal static class RecordRules
{
    private const int IdLengthMax = 512;
    private const int NamespaceLengthMax = 512;
    private const string DefaultNamespace = "__default__"; // clients' word for the empty name

    // The smallest component that keeps a dense vector from counting as all zero (fact of the wire).
    private const float NonZeroMin = 1e-8f;

    /// <summary>
    /// Checks a whole record. A dense index of any metric keeps sparse values too; which may be asked with them is for
    /// <see cref="CheckSparseQuery"/>.
    /// </summary>
    /// <exception cref="StorageException">The record breaks a rule; the message names it.</exception>
    public static void Check(IndexDescriptor index, VectorRecord record)
    {
        CheckId(record.Id);
        if (index.VectorType == VectorType.Sparse)
        {
            if (!record.Values.IsEmpty)
                throw StorageException.Invalid($"Index configuration does not support dense values, got them for id '{record.Id}'");
            if (record.Sparse is null)
                throw StorageException.Invalid($"Sparse values are required in a sparse index, got none for id '{record.Id}'");
            return;
        }

        CheckDense(index, record.Values.Span, record.Id);
    }

    /// <summary>Checks the parts of a partial update that are given.</summary>
    public static void Check(IndexDescriptor index, RecordUpdate update)
    {
        CheckId(update.Id);
        if (update.Values is { } values)
        {
            if (index.VectorType == VectorType.Sparse)
                throw StorageException.Invalid("Index configuration does not support dense values");
            CheckDense(index, values.Span, update.Id);
        }
    }

    /// <summary>A query vector: dimension and finite components; all zero is allowed, to get records by filter alone.</summary>
    public static void CheckQuery(IndexDescriptor index, ReadOnlySpan<float> vector)
    {
        if (index.VectorType == VectorType.Sparse)
            throw StorageException.Invalid("Index configuration does not support dense values: query a sparse index with sparseVector");
        CheckDimension(index, vector.Length);
        CheckFinite(vector, "the query");
    }

    /// <summary>The sparse part of a query: only inner products add up with it.</summary>
    public static void CheckSparseQuery(IndexDescriptor index, SparseVector? sparse)
    {
        if (sparse is not null && !ScoresSparse(index))
            throw StorageException.Invalid("Index configuration does not support sparse values");
    }

    /// <summary>Whether the sparse values of records count in its scores.</summary>
    public static bool ScoresSparse(IndexDescriptor index) => index.VectorType == VectorType.Sparse || index.Metric == Metric.DotProduct;

    public static void CheckId([NotNull] string? id)
    {
        if (id is null)
            throw StorageException.Invalid("Vector ID must not be null");
        if (id.Length is 0 or > IdLengthMax)
            throw StorageException.Invalid($"Vector ID must be 1 to {IdLengthMax} characters long, got {id.Length}");
        foreach (var c in id)
        {
            if (c is '\0' or > '\x7f')
                throw StorageException.Invalid($"Vector ID must be ASCII without the null character, got '{id.Replace("\0", "\\0", StringComparison.Ordinal)}'");
        }
    }

    /// <summary>The name of a namespace that is to be made: what clients could not address again is refused.</summary>
    /// <remarks>Every URL parser folds <c>.</c> and <c>..</c> in a path: a removal of such a namespace would go to its index.</remarks>
    public static void CheckNewNamespaceName(string name)
    {
        if (name is "." or ".." or DefaultNamespace)
            throw StorageException.Invalid($"Namespace name must not be '{name}'");
    }

    public static void CheckNamespaceName([NotNull] string? name)
    {
        if (name is null)
            throw StorageException.Invalid("Namespace name must not be null: the default namespace is the empty string");
        if (name.Length > NamespaceLengthMax)
            throw StorageException.Invalid($"Namespace name must be at most {NamespaceLengthMax} characters long, got {name.Length}");
        foreach (var c in name)
        {
            if (c is '\0' or > '\x7f')
                throw StorageException.Invalid($"Namespace name must be ASCII without the null character, got '{name.Replace("\0", "\\0", StringComparison.Ordinal)}'");
        }
    }

    private static void CheckDense(IndexDescriptor index, ReadOnlySpan<float> values, string id)
    {
        CheckDimension(index, values.Length);
        CheckFinite(values, $"id '{id}'");
        foreach (var value in values)
        {
            if (MathF.Abs(value) >= NonZeroMin)
                return;
        }

        throw StorageException.Invalid($"Dense vectors must contain at least one non-zero value. Vector ID '{id}' contains only zeros.");
    }

    private static void CheckDimension(IndexDescriptor index, int dimension)
    {
        if (dimension != index.Dimension)
            throw StorageException.Invalid($"Vector dimension {dimension} does not match the dimension of the index {index.Dimension}");
    }

    private static void CheckFinite(ReadOnlySpan<float> values, string owner)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw StorageException.Invalid($"Vector values must be finite, got {values[i]} at position {i} of {owner}");
        }
    }
}
