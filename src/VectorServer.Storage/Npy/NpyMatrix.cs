using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Npy;

/// <summary>
/// The raw vectors of one generation: a <c>.npy</c> file that grows at its end and is read through memory maps. One writer; readers may
/// read any row below a row count they learnt after it was written. The file is extended by whole chunks ahead of its rows and cut to its
/// exact length by <see cref="TrimFile"/> once closed; its header counts the rows that <see cref="Seal"/> was told of, so NumPy loads it at any time.
/// </summary>
internal sealed unsafe class NpyMatrix : IDisposable
{
    private const int ChunkBytesTarget = 8 << 20; // few maps for a large file, little address space for a small one

    private const int CacheLineBytes = 64;
    private const int PrefetchBytesMax = 4096; // what follows the processor asks for by itself

    private readonly DiskFile _file;
    private readonly int _chunkShift; // rows per chunk, as a power of two
    private readonly Lock _growth = new();
    private Chunk[] _chunks = [];

    private NpyMatrix(DiskFile file, int dimension)
    {
        _file = file;
        Dimension = dimension;
        _chunkShift = BitOperations.Log2((uint)Math.Max(1, ChunkBytesTarget / Math.Max(1, RowBytes)));
    }

    /// <summary>Components per row; 0 in a sparse index, whose file has a header only.</summary>
    public int Dimension { get; }

    public int RowBytes => Dimension * sizeof(float);

    /// <summary>What rows are compared with before they are read; null compares none.</summary>
    public RowChecksums? Checksums { get; set; }

    /// <summary>Rows that are contiguous in memory, counted from a multiple of this number.</summary>
    public int RowsPerChunk => 1 << _chunkShift;

    public static NpyMatrix Create(Disk disk, string path, int dimension)
    {
        var matrix = new NpyMatrix(disk.Open(path, FileMode.CreateNew, FileShare.ReadWrite), dimension);
        try
        {
            matrix._file.Write(NpyHeader.Write(0, dimension), 0);
            return matrix;
        }
        catch
        {
            matrix.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that must hold at least <paramref name="rowCount"/> rows; rows behind them are ignored and overwritten.</summary>
    public static NpyMatrix Open(Disk disk, string path, int dimension, int rowCount)
    {
        var file = disk.Open(path, FileMode.Open, FileShare.ReadWrite);
        var header = new byte[NpyHeader.Bytes];
        var read = RandomAccess.Read(file.Handle, header, 0);
        (int Rows, int Dimension) shape;
        try
        {
            shape = NpyHeader.Read(header.AsSpan(0, read));
        }
        catch
        {
            file.Dispose();
            throw;
        }

        var matrix = new NpyMatrix(file, dimension);
        if (shape.Dimension != dimension || shape.Rows < rowCount || file.Length < matrix.OffsetOf(rowCount))
        {
            file.Dispose();
            throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's vector file is shorter than its checkpoint says");
        }

        if (dimension > 0 && rowCount > 0)
            matrix.MapUpTo(rowCount);
        return matrix;
    }

    /// <summary>One row, <c>[Dimension]</c>; valid until the matrix is disposed.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: it does not match its checksum.</exception>
    public ReadOnlySpan<float> Row(int row) => Rows(row, 1);

    /// <summary>One row that is about to be written elsewhere: what rotted since it was first read is not given a new checksum.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: it does not match its checksum.</exception>
    public ReadOnlySpan<float> RowToCopy(int row)
    {
        var values = Row(row);
        if (Dimension > 0)
            Checksums?.CheckAgain(row, values);
        return values;
    }

    /// <summary>Contiguous rows of one chunk, <c>[count x Dimension]</c>; empty in a sparse index.</summary>
    public ReadOnlySpan<float> Rows(int first, int count)
    {
        if (Dimension == 0)
            return default;
        var chunk = Volatile.Read(ref _chunks)[first >> _chunkShift];
        var inChunk = first & (RowsPerChunk - 1);
        System.Diagnostics.Debug.Assert(inChunk + count <= RowsPerChunk, "rows must not cross a chunk");
        var rows = new ReadOnlySpan<float>(chunk.Start + (long)inChunk * Dimension, count * Dimension);
        Checksums?.Check(first, rows);
        return rows;
    }

    /// <summary>Asks the processor for a row that is read soon: to bring one from anywhere in memory takes several times as long as to score it.</summary>
    public void Prefetch(int row)
    {
        if (Dimension == 0 || !Sse.IsSupported)
            return;
        var start = (byte*)(Volatile.Read(ref _chunks)[row >> _chunkShift].Start + (long)(row & (RowsPerChunk - 1)) * Dimension);
        var end = start + Math.Min(RowBytes, PrefetchBytesMax);
        for (; start < end; start += CacheLineBytes)
            Sse.Prefetch0(start);
    }

    /// <summary>Writes rows from number <paramref name="first"/> on; readers see them once they are told the new row count.</summary>
    public void Write(int first, ReadOnlySpan<float> rows)
    {
        if (Dimension == 0 || rows.IsEmpty)
            return;
        MapUpTo(first + rows.Length / Dimension);
        _file.Write(MemoryMarshal.AsBytes(rows), OffsetOf(first));
        Checksums?.Add(first, rows);
    }

    /// <summary>Makes the first <paramref name="rowCount"/> rows durable and counts them in the header.</summary>
    public void Seal(int rowCount)
    {
        _file.Sync(); // rows first: the header must never count a row that is not there
        Checksums?.Seal(rowCount, this);
        _file.Write(NpyHeader.Write(rowCount, Dimension), 0);
        _file.Sync();
    }

    /// <summary>Replaces a damaged header of a closed file, or makes one without rows.</summary>
    public static void WriteHeader(Disk disk, string path, int rowCount, int dimension)
    {
        using var file = disk.Open(path, File.Exists(path) ? FileMode.Open : FileMode.CreateNew);
        file.Write(NpyHeader.Write(rowCount, dimension), 0);
        file.Sync();
        disk.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Gives back the space that a closed matrix had reserved behind its rows.</summary>
    public static void TrimFile(Disk disk, string path, int rowCount, int dimension)
    {
        using var matrix = new NpyMatrix(disk.Open(path, FileMode.Open, FileShare.ReadWrite), dimension);
        matrix._file.SetLength(matrix.OffsetOf(rowCount));
    }

    public void Dispose()
    {
        Unmap();
        _file.Dispose();
        Checksums?.Dispose();
    }

    private long OffsetOf(int row) => NpyHeader.Bytes + (long)row * RowBytes;

    private void MapUpTo(int rowCount)
    {
        var needed = ((rowCount - 1) >> _chunkShift) + 1;
        if (Volatile.Read(ref _chunks).Length >= needed)
            return;

        lock (_growth)
        {
            var chunks = _chunks;
            var reserved = OffsetOf(needed << _chunkShift);
            if (_file.Length < reserved)
                _file.SetLength(reserved);

            var grown = new Chunk[needed];
            chunks.CopyTo(grown, 0);
            using var map = MemoryMappedFile.CreateFromFile(
                _file.Handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            for (var i = chunks.Length; i < needed; i++)
                grown[i] = new Chunk(map.CreateViewAccessor(OffsetOf(i << _chunkShift), (long)RowBytes << _chunkShift, MemoryMappedFileAccess.Read));
            Volatile.Write(ref _chunks, grown);
        }
    }

    private void Unmap()
    {
        foreach (var chunk in Interlocked.Exchange(ref _chunks, []))
            chunk.Dispose();
    }

    private sealed class Chunk : IDisposable
    {
        private readonly MemoryMappedViewAccessor _view;

        public Chunk(MemoryMappedViewAccessor view)
        {
            _view = view;
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            Start = (float*)(start + view.PointerOffset);
        }

        public float* Start { get; }

        public void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
    }
}
