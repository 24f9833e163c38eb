namespace VectorServer.Storage.Codecs.Pq;

/// <summary>
/// Where things are in a block of product-quantised codes: a byte a sub-vector, the number of its nearest centroid.
/// <code>
/// block: codes of sub-vector 0 of rows 0..15
///        codes of sub-vector 1 ..., zeros up to a multiple of four sub-vectors
///        factor[16]  float32, undoes what the code has lost of the row
///        bias[16]    float32, the part of the score that does not depend on the query
///        length[16]  float32, the vector's length; where rows keep it
/// </code>
/// </summary>
internal sealed class PqLayout
{
    /// <summary>Bytes of one kind of side data of a block.</summary>
    public const int SideBytes = sizeof(float) * Codec.RowsPerBlock;

    /// <param name="subVectors">Parts of a vector that are coded apart.</param>
    /// <param name="hasLength">Whether rows keep their length.</param>
    public PqLayout(int subVectors, bool hasLength)
    {
        SubVectors = subVectors;
        HasLength = hasLength;
        FactorOffset = (subVectors + 3) / 4 * 4 * Codec.RowsPerBlock;
        BlockBytes = FactorOffset + (hasLength ? 3 : 2) * SideBytes;
    }

    public int SubVectors { get; }

    public bool HasLength { get; }

    public int FactorOffset { get; }

    public int BiasOffset => FactorOffset + SideBytes;

    public int LengthOffset => FactorOffset + 2 * SideBytes;

    public int BlockBytes { get; }
}
