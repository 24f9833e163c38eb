namespace VectorServer.Storage.Codecs.Pq;

/// <summary>
/// Where things are in a block of product-quantised codes: a byte a sub-vector, the number of its nearest centroid.
/// <code>
/// block: codes of sub-vector 0 of rows 0..15
///        codes of sub-vector 1 ..., zeros up to a multiple of four sub-vectors
///        the block's <see cref="BlockSide"/>
/// </code>
/// </summary>
internal sealed class PqLayout
{
    /// <param name="subVectors">Parts of a vector that are coded apart.</param>
    /// <param name="hasError">Whether rows keep their error.</param>
    public PqLayout(int subVectors, bool hasError)
    {
        SubVectors = subVectors;
        Side = new BlockSide((subVectors + 3) / 4 * 4 * Codec.RowsPerBlock, hasError);
    }

    public int SubVectors { get; }

    public BlockSide Side { get; }

    public int BlockBytes => Side.End;
}
