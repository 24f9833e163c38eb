using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VectorServer.Storage.Memory;

/// <summary>
/// Rows of a fixed size in native memory, on huge pages where the system gives them. Grows by whole chunks, which never move: a reader
/// may use any row below a count it learnt after that row was written. One grower at a time.
/// </summary>
/// <remarks>Memory is taken as rows are written: the first huge page's worth by small pages, so that few rows take little.</remarks>
internal sealed unsafe class NativeRows : IDisposable
{
    private const int ChunkBytesTarget = 16 << 20; // the rest of a huge page lost in each is small against it

    private readonly int _shift; // rows per chunk, as a power of two
    private readonly List<nint> _tables = []; // replaced ones too: a reader may still look into them
    private byte** _chunks;
    private int _capacity;
    private int _chunkCount;
    private int _rows;

    /// <param name="rowBytes">Bytes of a row; a multiple of 64 begins every row on a cache line.</param>
    /// <param name="contiguousRows">A power of two: runs of that many rows, from a multiple of it on, are contiguous.</param>
    public NativeRows(int rowBytes, int contiguousRows = 1)
    {
        RowBytes = rowBytes;
        _shift = BitOperations.Log2((uint)Math.Max(contiguousRows, ChunkBytesTarget / rowBytes));
    }

    public int RowBytes { get; }

    /// <summary>Rows there is memory for.</summary>
    public int Capacity => _chunkCount << _shift;

    /// <summary>Bytes of the rows asked for; none once they are given back.</summary>
    public long Bytes => (long)Volatile.Read(ref _rows) * RowBytes;

    private nuint ChunkBytes =>
        (((nuint)RowBytes << _shift) + NativePages.HugePageBytes - 1) / NativePages.HugePageBytes * NativePages.HugePageBytes;

    /// <summary>Where a row is; it must be below <see cref="Capacity"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(int row) => _chunks[row >> _shift] + (nint)(row & ((1 << _shift) - 1)) * RowBytes;

    /// <summary>Makes room for the first <paramref name="rows"/> rows; new ones are zero.</summary>
    public void EnsureCapacity(int rows)
    {
        while (Capacity < rows)
        {
            if (_chunkCount == _capacity)
                GrowTable();
            _chunks[_chunkCount] = NativePages.Take(ChunkBytes, _chunkCount == 0 ? NativePages.HugePageBytes : 0);
            Volatile.Write(ref _chunkCount, _chunkCount + 1);
        }

        if (rows > _rows)
            Volatile.Write(ref _rows, rows);
    }

    /// <summary>Gives the memory back; no reader may be left.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _chunkCount; i++)
            NativePages.GiveBack(_chunks[i], ChunkBytes);
        foreach (var table in _tables)
            NativeMemory.Free((void*)table);
        _chunks = null;
        (_chunkCount, _capacity, _rows) = (0, 0, 0);
        _tables.Clear();
    }

    private void GrowTable()
    {
        var capacity = Math.Max(64, _capacity * 2);
        var table = (byte**)NativeMemory.Alloc((nuint)(capacity * sizeof(byte*)));
        Buffer.MemoryCopy(_chunks, table, capacity * sizeof(byte*), _chunkCount * sizeof(byte*));
        _tables.Add((nint)table);
        Thread.MemoryBarrier(); // the table is filled before it is seen
        _chunks = table;
        _capacity = capacity;
    }
}
