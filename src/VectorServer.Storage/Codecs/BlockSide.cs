using System.Runtime.InteropServices;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// What every code keeps beside its rows, at the end of a block of 16:
/// <code>
/// factor[16]  float32, undoes what the code has lost of the row
/// bias[16]    float32, the part of the score that does not depend on the code
/// error[16]   float32, the length of what factor times code leaves of the row, rounded up; where rows keep it
/// </code>
/// </summary>
/// <param name="Offset">Where in the block it begins.</param>
/// <param name="HasError">Whether rows keep their error.</param>
internal readonly record struct BlockSide(int Offset, bool HasError)
{
    /// <summary>Bytes of one kind of side data of a block.</summary>
    public const int PartBytes = sizeof(float) * Codec.RowsPerBlock;

    private const double RoundUp = 1 + 1e-6;

    /// <summary>Where in the block it ends.</summary>
    public int End => Offset + (HasError ? 3 : 2) * PartBytes;

    public void Write(Span<byte> block, int rowInBlock, double factor, double bias, double error)
    {
        var side = MemoryMarshal.Cast<byte, float>(block[Offset..End]);
        side[rowInBlock] = (float)factor;
        side[Codec.RowsPerBlock + rowInBlock] = (float)bias;
        if (HasError)
            side[2 * Codec.RowsPerBlock + rowInBlock] = (float)(error * RoundUp);
    }

    /// <summary>Writes the side of a row whose residual r has the code c: the factor is <c>r.r / r.c</c>, so that what is left is perpendicular to r.</summary>
    /// <remarks>The three must be of the same r, in double: they nearly cancel where little is lost.</remarks>
    public void WriteResidual(Span<byte> block, int rowInBlock, double square, double product, double codeSquare)
    {
        if (product > 0)
        {
            var factor = square / product;
            Write(block, rowInBlock, factor, square, Math.Sqrt(Math.Max(0, factor * factor * codeSquare - square)));
        }
        else
        {
            Write(block, rowInBlock, 0, square, Math.Sqrt(square));
        }
    }

    /// <summary>The error of a row.</summary>
    public float ErrorOf(ReadOnlySpan<byte> block, int rowInBlock) => MemoryMarshal.Cast<byte, float>(block[Offset..End])[2 * Codec.RowsPerBlock + rowInBlock];

    /// <summary>Writes the side of a row without a code: no estimate of it can be trusted.</summary>
    public void WriteUnknown(Span<byte> block, int rowInBlock) => Write(block, rowInBlock, 0, 0, double.PositiveInfinity);
}
