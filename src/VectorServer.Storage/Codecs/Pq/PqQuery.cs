namespace VectorServer.Storage.Codecs.Pq;

/// <summary>
/// A query as the product quantisation's kernels want it. The integer of a row is the sum of the table's bytes at its codes, less the
/// table's zero.
/// </summary>
internal sealed class PqQuery : PreparedQuery
{
    public required PqLayout Layout { get; init; }

    public required PqTable Table { get; init; }
}

/// <summary>A query's products with all centroids, rounded to bytes of one common step.</summary>
/// <param name="Bytes"><c>[subVectors x 256]</c>, and <see cref="Padding"/> more.</param>
/// <param name="Zero">What the bytes of a row of all zeros add up to.</param>
/// <param name="Step">The product that one level of a byte stands for.</param>
internal sealed record PqTable(byte[] Bytes, int Zero, float Step)
{
    /// <summary>A gather reads four bytes from where it is sent.</summary>
    public const int Padding = 3;
}
