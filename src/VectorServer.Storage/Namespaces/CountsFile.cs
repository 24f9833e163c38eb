using System.Buffers.Binary;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>What lists and statistics say of a namespace, as of one LSN.</summary>
/// <param name="Lsn">The newest operation that is counted.</param>
/// <param name="Generation">The generation that is in force.</param>
/// <param name="RowCount">Rows written, dead ones included.</param>
/// <param name="LiveCount">Records.</param>
/// <param name="Compression">The codes in use.</param>
/// <param name="CodeBytesPerVector">Bytes of one code; 0 without codes.</param>
/// <param name="IndexKind">The approximate index in use.</param>
/// <param name="IndexedRows">Rows it holds.</param>
/// <param name="IndexBytes">Memory it takes.</param>
/// <param name="AreCodesBehind">Codes are to be made.</param>
/// <param name="SearchMark"><see cref="SearchChoice.Mark"/> of what the approximate index was made for; 0 where it is not done yet.</param>
internal sealed record NamespaceCounts(
    Lsn Lsn,
    int Generation,
    int RowCount,
    int LiveCount,
    Compression Compression,
    double CodeBytesPerVector,
    IndexKind IndexKind,
    int IndexedRows,
    long IndexBytes,
    bool AreCodesBehind = false,
    uint SearchMark = 0)
{
    /// <summary>False for what a newer version wrote.</summary>
    public bool IsKnown => Enum.IsDefined(Compression) && Enum.IsDefined(IndexKind);

    public static NamespaceCounts Of(NamespaceSnapshot snapshot) => new(
        snapshot.Lsn,
        snapshot.Generation.Number,
        snapshot.RowCount,
        snapshot.LiveCount,
        snapshot.Codes?.Codec.Compression ?? Compression.Float32,
        snapshot.Codes?.Codec.CodeBytesPerVector ?? 0,
        snapshot.Nearest?.Kind ?? IndexKind.Flat,
        Math.Min(snapshot.Nearest?.Count ?? 0, snapshot.RowCount),
        snapshot.Nearest?.Bytes ?? 0);
}

/// <summary>
/// <c>counts.bin</c>, written over after each change and never synced: a kill leaves it as it was, a power loss may leave an older one or
/// none. So it counts only where its LSN is that of the log's end. Little-endian: magic "VSCOUNT" and version (8 bytes); LSN (int64);
/// generation, rows, live rows, compression, kind of index, indexed rows (int32); bytes of a code (float64); bytes of the index (int64);
/// whether codes are behind, mark of the search options (int32); CRC-32C of all before.
/// </summary>
internal sealed class CountsFile : IDisposable
{
    private const ulong Magic = 0x0254_4E55_4F43_5356; // "VSCOUNT", version 2, little-endian
    private const int Bytes = 68;

    private readonly Disk _disk;
    private readonly string _path;
    private readonly byte[] _buffer = new byte[Bytes];
    private DiskFile? _file;
    private bool _hasFailed;

    private CountsFile(Disk disk, string path) => (_disk, _path) = (disk, path);

    /// <summary>A namespace's; made by the first write.</summary>
    public static CountsFile Of(Disk disk, string namespaceDirectory) => new(disk, NamespaceLayout.Counts(namespaceDirectory));

    /// <summary>Called by the writer, with what it has published.</summary>
    public void Write(NamespaceCounts counts)
    {
        if (_hasFailed)
            return;
        try
        {
            Fill(counts);
            _file ??= _disk.Open(_path, FileMode.OpenOrCreate);
            _file.Write(_buffer, 0);
        }
        catch (Exception e) when (e.IsDiskError())
        {
            _hasFailed = true; // until the next opening: a file that does not follow the log counts for nothing
        }
    }

    /// <summary>The counts; null where there are none, or not whole.</summary>
    public static NamespaceCounts? TryRead(string path)
    {
        var bytes = new byte[Bytes];
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (RandomAccess.Read(file, bytes, 0) != Bytes)
                return null;
        }
        catch (Exception e) when (e.IsDiskError())
        {
            return null;
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(64)) != Crc32C.Compute(bytes.AsSpan(0, 64)))
            return null;
        int Int(int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
        var counts = new NamespaceCounts(
            new Lsn(BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8))),
            Int(16),
            Int(20),
            Int(24),
            (Compression)Int(28),
            BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(40)),
            (IndexKind)Int(32),
            Int(36),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(48)),
            Int(56) != 0,
            (uint)Int(60));
        return counts.IsKnown ? counts : null;
    }

    public void Dispose() => _file?.Dispose();

    private void Fill(NamespaceCounts counts)
    {
        void Int(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(at), value);
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(8), counts.Lsn.Value);
        Int(16, counts.Generation);
        Int(20, counts.RowCount);
        Int(24, counts.LiveCount);
        Int(28, (int)counts.Compression);
        Int(32, (int)counts.IndexKind);
        Int(36, counts.IndexedRows);
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.AsSpan(40), counts.CodeBytesPerVector);
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(48), counts.IndexBytes);
        Int(56, counts.AreCodesBehind ? 1 : 0);
        Int(60, (int)counts.SearchMark);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(64), Crc32C.Compute(_buffer.AsSpan(0, 64)));
    }
}
