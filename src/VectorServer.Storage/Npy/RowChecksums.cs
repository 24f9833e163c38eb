using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Npy;

/// <summary>
/// The checksums of a generation's raw vectors, <c>vectors.crc</c>: a 16-byte header and the CRC-32C of each row and its number. A row
/// is compared with its checksum when it is first read after the open, and from then on a bit says so; rows written since are known
/// from memory. One writer; any number of readers.
/// </summary>
/// <remarks>
/// One checksum a row, not one a block: rescoring reads single rows far apart, and what is damaged is told, and lost, row by row.
/// Memory: 4 bytes and a bit a row.
/// </remarks>
internal sealed class RowChecksums : IDisposable
{
    public const int HeaderBytes = 16;
    private const int Version = 1;
    private const int RowsPerWord = 64;

    private readonly Disk _disk;
    private readonly DiskFile _file;
    private readonly string _path;
    private readonly int _rowBytes;
    private uint[] _sums;
    private ulong[] _checked;
    private int _firstKnown; // rows below were written before there were checksums, and get theirs at the next seal
    private int _sealed; // rows whose checksums are in the file

    private RowChecksums(Disk disk, string path, DiskFile file, int rowBytes, int rows)
    {
        (_disk, _path, _file, _rowBytes) = (disk, path, file, rowBytes);
        _sums = new uint[Math.Max(RowsPerWord, rows)];
        _checked = new ulong[(_sums.Length / RowsPerWord) + 1];
    }

    private static ReadOnlySpan<byte> Magic => "VSROWCRC"u8;

    public static RowChecksums Create(Disk disk, string path, int dimension)
    {
        var created = new RowChecksums(disk, path, disk.Open(path, FileMode.CreateNew), dimension * sizeof(float), 0);
        created._file.Write(Header(created._rowBytes), 0);
        return created;
    }

    /// <summary>Opens the checksums of the first <paramref name="rowCount"/> rows; more than those are ignored.</summary>
    /// <param name="disk">What it is written to.</param>
    /// <param name="path">Of the file.</param>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="rowCount">Rows that the checkpoint counts.</param>
    /// <param name="areOptional">Whether the generation may be older than checksums are: then it gets them at its next checkpoint.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: the file is missing, too short, or none.</exception>
    public static RowChecksums Open(Disk disk, string path, int dimension, int rowCount, bool areOptional)
    {
        var isThere = File.Exists(path);
        if (!isThere && !areOptional)
            throw Damaged("is missing");

        var rowBytes = dimension * sizeof(float);
        var opened = new RowChecksums(disk, path, disk.Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite), rowBytes, rowCount);
        try
        {
            if (isThere)
                opened.Load(rowCount, areOptional);
            else
                opened._firstKnown = rowCount;
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The checksums in a file, for as many rows as it has; null for what is not a file of checksums.</summary>
    public static uint[]? ReadAll(string path, int dimension)
    {
        if (!File.Exists(path))
            return null;
        var bytes = File.ReadAllBytes(path);
        return bytes.Length >= HeaderBytes && bytes.AsSpan(0, HeaderBytes).SequenceEqual(Header(dimension * sizeof(float)))
            ? MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(HeaderBytes, (bytes.Length - HeaderBytes) / sizeof(uint) * sizeof(uint))).ToArray()
            : null;
    }

    /// <summary>The number is part of it, so that a row in another's place is noticed.</summary>
    public static uint Compute(int row, ReadOnlySpan<float> values)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, row);
        return Crc32C.Compute(number, MemoryMarshal.AsBytes(values));
    }

    /// <summary>Compares rows that are about to be read with their checksums, unless that was done since the open.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public void Check(int first, ReadOnlySpan<float> rows)
    {
        var dimension = _rowBytes / sizeof(float);
        var last = first + (rows.Length / dimension);
        for (var row = first; row < last;)
        {
            var word = row / RowsPerWord;
            var end = Math.Min(last, (word + 1) * RowsPerWord);
            var asked = (ulong.MaxValue >> (RowsPerWord - (end - row))) << (row % RowsPerWord);
            if ((Volatile.Read(ref Volatile.Read(ref _checked)[word]) & asked) != asked)
                CheckWord(word, row, rows[((row - first) * dimension)..((end - first) * dimension)], asked);
            row = end;
        }
    }

    /// <summary>Compares a row that is about to be copied, whether or not that was done before: its copy gets a checksum of its own.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public void CheckAgain(int row, ReadOnlySpan<float> values)
    {
        if (row >= _firstKnown && Compute(row, values) != Volatile.Read(ref _sums)[row])
            throw new StorageException(StorageErrorCode.DataCorruption, $"Row {row} of the vectors does not match its checksum");
    }

    /// <summary>Takes the checksums of rows that are being written, as they are in memory.</summary>
    public void Add(int first, ReadOnlySpan<float> rows)
    {
        var dimension = _rowBytes / sizeof(float);
        var last = first + (rows.Length / dimension);
        EnsureRows(last);
        for (var row = first; row < last; row++)
        {
            _sums[row] = Compute(row, rows.Slice((row - first) * dimension, dimension));
            Interlocked.Or(ref _checked[row / RowsPerWord], 1UL << (row % RowsPerWord));
        }
    }

    /// <summary>Makes the checksums of the first rows durable; those that have none yet are made of the rows as they are.</summary>
    public void Seal(int rowCount, NpyMatrix vectors)
    {
        if (_firstKnown > 0)
        {
            for (var row = 0; row < _firstKnown; row++)
                _sums[row] = Compute(row, vectors.Row(row));
        }

        if (_sealed > rowCount)
            _sealed = rowCount;
        _file.Write(MemoryMarshal.AsBytes(_sums.AsSpan(_sealed, rowCount - _sealed)), OffsetOf(_sealed));
        _file.Sync();
        _sealed = rowCount;
        if (_firstKnown == 0)
            return;
        _file.Write(Header(_rowBytes), 0); // last: without it a crash leaves a generation without checksums
        _file.Sync();
        _firstKnown = 0;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (_firstKnown > 0 && new FileInfo(_path) is { Exists: true, Length: 0 })
            _disk.DeleteFile(_path); // nothing was sealed: the generation is still one without checksums
    }

    private static byte[] Header(int rowBytes)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), rowBytes);
        return header;
    }

    private static long OffsetOf(int row) => HeaderBytes + ((long)row * sizeof(uint));

    private static StorageException Damaged(string why) =>
        new(StorageErrorCode.DataCorruption, $"The file of the vectors' checksums {why}");

    private void Load(int rowCount, bool areOptional)
    {
        var header = new byte[HeaderBytes];
        var read = RandomAccess.Read(_file.Handle, header, 0);
        if (areOptional && (read == 0 || !header.AsSpan().ContainsAnyExcept((byte)0)))
        {
            _firstKnown = rowCount; // a crash came before the first seal
            return;
        }

        if (!header.AsSpan().SequenceEqual(Header(_rowBytes)))
            throw Damaged("does not begin as one");
        var sums = MemoryMarshal.AsBytes(_sums.AsSpan(0, rowCount));
        if (RandomAccess.Read(_file.Handle, sums, HeaderBytes) < sums.Length)
            throw Damaged("is too short");
        _sealed = rowCount;
    }

    private void CheckWord(int word, int first, ReadOnlySpan<float> rows, ulong asked)
    {
        var dimension = _rowBytes / sizeof(float);
        for (var i = 0; i < rows.Length / dimension; i++)
            CheckAgain(first + i, rows.Slice(i * dimension, dimension));

        Interlocked.Or(ref Volatile.Read(ref _checked)[word], asked); // lost where the array grows meanwhile: then they are compared again
    }

    private void EnsureRows(int rows)
    {
        if (rows <= _sums.Length)
            return;
        var capacity = Math.Max(rows, _sums.Length * 2);
        var sums = new uint[capacity];
        _sums.CopyTo(sums, 0);
        var bits = new ulong[(capacity / RowsPerWord) + 1];
        _checked.CopyTo(bits, 0);
        Volatile.Write(ref _sums, sums); // first: a reader that finds a bit's word finds the row's checksum
        Volatile.Write(ref _checked, bits);
    }
}
