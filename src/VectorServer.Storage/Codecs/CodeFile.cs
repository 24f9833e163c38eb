using VectorServer.Storage.IO;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// <c>codes.bin</c>, the codes of a generation's first rows, little-endian: magic "VSCODES" and format version (8 bytes); the CRC-32C of
/// the codec's calibration (uint32); what the codes write of themselves; CRC-32C of all before.
/// </summary>
internal static class CodeFile
{
    private const ulong Magic = 0x0253_4544_4F43_5356; // "VSCODES", version 2, little-endian

    /// <summary>Saves the codes of the first <paramref name="rows"/> rows, which are durable already, or of somewhat fewer.</summary>
    /// <returns>Rows saved.</returns>
    public static int Write(Disk disk, string path, RowCodes codes, int rows, CancellationToken cancellation)
    {
        using var file = new CheckedWriter(disk, path);
        file.Write(Magic);
        file.Write(IdentityOf(codes.Codec));
        var saved = codes.Write(file, rows, cancellation);
        file.Commit();
        return saved;
    }

    /// <summary>Fills empty codes with the saved ones.</summary>
    /// <exception cref="StorageException">
    /// <see cref="StorageErrorCode.DataCorruption"/>: damaged, of another version or codec, or of rows that there are not.
    /// </exception>
    public static void Read(string path, RowCodes codes, int rowsMax)
    {
        using var file = new CheckedReader(path);
        if (file.Read<ulong>() != Magic)
            throw file.Damaged("it does not begin as one of this version");
        if (file.Read<uint>() != IdentityOf(codes.Codec))
            throw file.Damaged("it is of another codec");
        codes.Read(file, rowsMax);
    }

    private static uint IdentityOf(Codec codec) => Crc32C.Compute(codec.Serialize());
}
