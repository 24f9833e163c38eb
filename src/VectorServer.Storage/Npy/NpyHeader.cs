using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace VectorServer.Storage.Npy;

/// <summary>
/// The header of a NumPy <c>.npy</c> file (format 1.0) that holds a little-endian float32 matrix in row order. Ours is always
/// 128 bytes, padded with spaces as the format allows, so that the row count can grow in place. The count has a fixed width: of a header
/// that a failing disk wrote in part, the digits are the greater count's and then the smaller's, which is no less than the smaller.
/// </summary>
internal static partial class NpyHeader
{
    public const int Bytes = 128;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>The header of a <c>[rows, dimension]</c> matrix.</summary>
    public static byte[] Write(int rows, int dimension) => Lay(string.Create(CultureInfo.InvariantCulture, $"{rows,9}"), dimension);

    private static byte[] Lay(string rows, int dimension)
    {
        var header = new byte[Bytes];
        header.AsSpan().Fill((byte)' ');
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), Bytes - 10);
        var description = string.Create(
            CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dimension}), }}");
        Encoding.ASCII.GetBytes(description, header.AsSpan(10));
        header[^1] = (byte)'\n';
        return header;
    }

    /// <summary>Reads a header that <see cref="Write"/> made.</summary>
    /// <exception cref="StorageException">It is not one, or describes another matrix type.</exception>
    public static (int Rows, int Dimension) Read(ReadOnlySpan<byte> header)
    {
        if (header.Length < Bytes || !header[..8].SequenceEqual(Magic))
            throw Damaged();

        var match = Shape().Match(Encoding.ASCII.GetString(header[10..Bytes]));
        if (!match.Success)
            throw Damaged();
        var rows = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var dimension = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        var isOurs = header[..Bytes].SequenceEqual(Write(rows, dimension))
            || header[..Bytes].SequenceEqual(Lay(match.Groups[1].Value, dimension)); // as it was written before the count had a fixed width
        return isOurs ? (rows, dimension) : throw Damaged();
    }

    private static StorageException Damaged() =>
        new(StorageErrorCode.DataCorruption, "The namespace's vector file does not begin with a float32 NumPy header");

    [GeneratedRegex(@"^\{'descr': '<f4', 'fortran_order': False, 'shape': \( *(\d{1,9}), (\d{1,6})\), \} *\n$")]
    private static partial Regex Shape();
}
