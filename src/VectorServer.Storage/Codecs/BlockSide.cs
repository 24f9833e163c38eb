using System.Runtime.InteropServices;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// What every code keeps beside its rows, at the end of a block of 16:
/// <code>
/// factor[16]  float32, undoes what the code has lost of the row
/// bias[16]    float32, the part of the score that does not depend on the code
/// length[16]  float32, the vector's length; where rows keep it
/// </code>
/// </summary>
/// <param name="Offset">Where in the block it begins.</param>
/// <param name="HasLength">Whether rows keep their length.</param>
internal readonly record struct BlockSide(int Offset, bool HasLength)
{
    /// <summary>Bytes of one kind of side data of a block.</summary>
    public const int PartBytes = sizeof(float) * Codec.RowsPerBlock;

    /// <summary>Where in the block it ends.</summary>
    public int End => Offset + (HasLength ? 3 : 2) * PartBytes;

    public void Write(Span<byte> block, int rowInBlock, double factor, double bias, double length)
    {
        var side = MemoryMarshal.Cast<byte, float>(block[Offset..End]);
        side[rowInBlock] = (float)factor;
        side[Codec.RowsPerBlock + rowInBlock] = (float)bias;
        if (HasLength)
            side[2 * Codec.RowsPerBlock + rowInBlock] = (float)length;
    }
}
