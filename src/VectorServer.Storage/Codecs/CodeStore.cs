using VectorServer.Storage.Ann;
using VectorServer.Storage.Memory;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// The codes of one generation's rows, in native memory. Derived: a code is a function of its row and the calibration in <c>codec.bin</c>.
/// One writer; readers read rows below a count they learnt after those were encoded.
/// </summary>
/// <remarks>
/// The generation gives the memory back when its last reader is done. Codes that others replaced before are not the generation's any
/// more, and may still be read by older snapshots: the finalizer gives theirs back.
/// </remarks>
internal sealed unsafe class CodeStore : IDisposable
{
    /// <summary>Rows whose codes are contiguous, counted from a multiple of this number.</summary>
    public const int ContiguousRows = 4096;

    private readonly NativeRows _blocks;
    private int _rowCount;

    public CodeStore(Codec codec)
    {
        Codec = codec;
        _blocks = new NativeRows(codec.BlockBytes, ContiguousRows / Codecs.Codec.RowsPerBlock);
    }

    ~CodeStore() => _blocks.Dispose();

    public Codec Codec { get; }

    /// <summary>Rows encoded.</summary>
    public int Count => Volatile.Read(ref _rowCount);

    /// <summary>Rows whose codes are in <c>codes.bin</c>; of use to whoever saves them.</summary>
    public int SavedRows { get; set; }

    /// <summary>Bytes of memory.</summary>
    public long Bytes => _blocks.Bytes;

    /// <summary>Scores rows of one contiguous run, from the first of a block on.</summary>
    public void Score(PreparedQuery query, int firstRow, Span<float> scores)
    {
        var blocks = Codecs.Codec.BlockCount(scores.Length);
        Codec.Score(query, new ReadOnlySpan<byte>(_blocks.Row(firstRow / Codecs.Codec.RowsPerBlock), blocks * Codec.BlockBytes), scores);
        GC.KeepAlive(this);
    }

    /// <summary>Encodes the rows from <see cref="Count"/> up to <paramref name="rowCount"/>.</summary>
    public void EncodeUpTo(RowReader read, int rowCount)
    {
        MakeRoom(rowCount);
        for (var row = _rowCount; row < rowCount; row++)
        {
            Codec.Encode(read(row), Block(row / Codecs.Codec.RowsPerBlock), row % Codecs.Codec.RowsPerBlock);
            Volatile.Write(ref _rowCount, row + 1);
        }
    }

    /// <summary>A block, to be read whole where all its rows are encoded.</summary>
    public Span<byte> Block(int block) => new(_blocks.Row(block), Codec.BlockBytes);

    /// <summary>Takes the codes of the first rows, a multiple of a block's, as <see cref="Block"/> gave them.</summary>
    public void Load(int rowCount, Action<CodeStore, int> fillBlock)
    {
        MakeRoom(rowCount);
        for (var block = 0; block < rowCount / Codecs.Codec.RowsPerBlock; block++)
            fillBlock(this, block);
        Volatile.Write(ref _rowCount, rowCount);
    }

    /// <summary>Gives the memory back; no search may be under way.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _blocks.Dispose();
    }

    private void MakeRoom(int rowCount) => _blocks.EnsureCapacity(Codecs.Codec.BlockCount(rowCount));
}
