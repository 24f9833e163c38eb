namespace VectorServer.Storage.Codecs.Scalar;

/// <summary>
/// Where things are in a block of scalar codes. A coordinate is a level of 1, 2, 4 or 8 bits, unsigned; a group holds the levels of
/// <c>4 * 8 / bits</c> consecutive coordinates of 16 rows in 64 bytes:
/// <code>
/// block: group 0: 4 bytes of row 0, 4 bytes of row 1, ... row 15
///            byte k of a row holds in its bits [f * bits, (f + 1) * bits) coordinate f * 4 + k of the group
///        group 1 ...
///        the block's <see cref="BlockSide"/>
/// </code>
/// Four levels of a row are neighbours because VPMADDUBSW and VPMADDWD add four neighbouring products into one int32 per row.
/// </summary>
internal sealed class ScalarLayout
{
    public const int GroupBytes = 64;

    /// <summary>Bytes of a row in a group.</summary>
    public const int LaneBytes = GroupBytes / Codec.RowsPerBlock;

    /// <param name="coordinates">Coordinates of a row.</param>
    /// <param name="bits">1, 2, 4 or 8.</param>
    public ScalarLayout(int coordinates, int bits)
    {
        Bits = bits;
        Groups = (coordinates + CoordinatesPerGroup - 1) / CoordinatesPerGroup;
        Side = new BlockSide(Groups * GroupBytes, HasError: true);
    }

    public int Bits { get; }

    /// <summary>Levels a byte holds.</summary>
    public int Fields => 8 / Bits;

    public int CoordinatesPerGroup => LaneBytes * Fields;

    public int Groups { get; }

    public BlockSide Side { get; }

    public int BlockBytes => Side.End;
}
