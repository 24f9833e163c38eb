using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VectorServer.Storage.Memory;

/// <summary>
/// Rows of a fixed size in native memory, on huge pages where the system gives them. Grows by whole chunks, which never move: a reader
/// may use any row below a count it learnt after that row was written. One grower at a time.
/// </summary>
internal sealed unsafe partial class NativeRows : IDisposable
{
    private const int DefaultChunkBytes = 4 << 20;
    private const nuint HugePageBytes = 2 << 20;
    private const int MadviseHugePage = 14;

    private readonly int _shift; // rows per chunk, as a power of two
    private readonly bool _zeroed;
    private readonly List<nint> _tables = []; // replaced ones too: a reader may still look into them
    private byte** _chunks;
    private int _capacity;
    private int _chunkCount;

    /// <param name="rowBytes">Bytes of a row; a multiple of 64 begins every row on a cache line.</param>
    /// <param name="chunkBytes">About how many bytes grow at a time: what is not a multiple of a huge page is lost in each chunk.</param>
    /// <param name="zeroed">False leaves new rows to hold anything; memory is then taken page by page, as rows are written.</param>
    public NativeRows(int rowBytes, int chunkBytes = DefaultChunkBytes, bool zeroed = true)
    {
        (RowBytes, _zeroed) = (rowBytes, zeroed);
        _shift = BitOperations.Log2((uint)Math.Max(1, chunkBytes / rowBytes));
    }

    public int RowBytes { get; }

    /// <summary>Rows there is memory for.</summary>
    public int Capacity => _chunkCount << _shift;

    /// <summary>Bytes taken from the system.</summary>
    public long Bytes => (long)_chunkCount * (long)ChunkBytes;

    private nuint ChunkBytes => (((nuint)RowBytes << _shift) + HugePageBytes - 1) / HugePageBytes * HugePageBytes;

    /// <summary>Where a row is; it must be below <see cref="Capacity"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(int row) => _chunks[row >> _shift] + (nint)(row & ((1 << _shift) - 1)) * RowBytes;

    /// <summary>Makes room for the first <paramref name="rows"/> rows; new ones are zero unless that was not asked for.</summary>
    public void EnsureCapacity(int rows)
    {
        while (Capacity < rows)
        {
            if (_chunkCount == _capacity)
                GrowTable();
            var chunk = (byte*)NativeMemory.AlignedAlloc(ChunkBytes, HugePageBytes);
            if (OperatingSystem.IsLinux())
                _ = Advise(chunk, ChunkBytes, MadviseHugePage); // may be refused: only speed is lost
            if (_zeroed)
                NativeMemory.Clear(chunk, ChunkBytes);
            _chunks[_chunkCount] = chunk;
            Volatile.Write(ref _chunkCount, _chunkCount + 1);
        }
    }

    /// <summary>Gives the memory back; no reader may be left.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _chunkCount; i++)
            NativeMemory.AlignedFree(_chunks[i]);
        foreach (var table in _tables)
            NativeMemory.Free((void*)table);
        _chunks = null;
        (_chunkCount, _capacity) = (0, 0);
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

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
