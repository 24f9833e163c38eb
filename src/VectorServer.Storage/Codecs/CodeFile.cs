using VectorServer.Storage.IO;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// <c>codes.bin</c>, the codes of a generation's first rows, little-endian: magic "VSCODES" and format version (8 bytes); the CRC-32C of
/// the codec's calibration (uint32); bytes of a block, rows (int32; a multiple of 16); the blocks; CRC-32C of all before.
/// </summary>
internal static class CodeFile
{
    private const ulong Magic = 0x0153_4544_4F43_5356; // "VSCODES", version 1, little-endian

    /// <summary>Saves the codes of whole blocks among the first <paramref name="rows"/> rows, which are durable already.</summary>
    /// <returns>Rows saved.</returns>
    public static int Write(Disk disk, string path, CodeStore codes, int rows, CancellationToken cancellation)
    {
        var blocks = Math.Min(rows, codes.Count) / Codec.RowsPerBlock; // a last one in part may change while it is written
        using var file = new CheckedWriter(disk, path);
        file.Write(Magic);
        file.Write(IdentityOf(codes.Codec));
        file.Write(codes.Codec.BlockBytes);
        file.Write(blocks * Codec.RowsPerBlock);
        for (var block = 0; block < blocks; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            file.Write(codes.Block(block));
        }

        file.Commit();
        return blocks * Codec.RowsPerBlock;
    }

    /// <summary>Fills empty codes with the saved ones.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: damaged, of another codec, or of rows that there are not.</exception>
    public static void Read(string path, CodeStore codes, int rowsMax)
    {
        using var file = new CheckedReader(path);
        if (file.Read<ulong>() != Magic)
            throw file.Damaged("it does not begin as one");
        if (file.Read<uint>() != IdentityOf(codes.Codec) || file.Read<int>() != codes.Codec.BlockBytes)
            throw file.Damaged("it is of another codec");
        var rows = file.Read<int>();
        if (rows < 0 || rows > rowsMax || rows % Codec.RowsPerBlock != 0 || file.Remaining != (long)rows / Codec.RowsPerBlock * codes.Codec.BlockBytes)
            throw file.Damaged("it is of other rows");
        codes.Load(rows, (store, block) => file.ReadAll(store.Block(block)));
    }

    private static uint IdentityOf(Codec codec) => Crc32C.Compute(codec.Serialize());
}
