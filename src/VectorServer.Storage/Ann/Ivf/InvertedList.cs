using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Ann.Ivf;

/// <summary>
/// The vectors nearest to one centroid, by their numbers, and their codes in blocks. One writer; readers need no lock: a grown array
/// replaces the old one whole,
/// and both are there before the count that leads into them.
/// </summary>
internal sealed class InvertedList(int blockBytes)
{
    private int[] _rows = [];
    private float[] _errors = [];
    private byte[] _blocks = [];
    private int _count;
    private float _radius;

    public int Count => Volatile.Read(ref _count);

    /// <summary>No row of the list is farther from its centre.</summary>
    public float Radius => Volatile.Read(ref _radius);

    /// <summary>Bytes of memory.</summary>
    public long Bytes => (2L * sizeof(int) * _rows.Length) + _blocks.Length;

    /// <summary>Rows that <paramref name="count"/>, learnt before, leads to.</summary>
    public ReadOnlySpan<int> Rows(int count) => Volatile.Read(ref _rows).AsSpan(0, count);

    /// <summary>What the codes of the first <paramref name="count"/> rows took from them.</summary>
    public ReadOnlySpan<float> Errors(int count) => Volatile.Read(ref _errors).AsSpan(0, count);

    /// <summary>The blocks of the first <paramref name="count"/> rows.</summary>
    public ReadOnlySpan<byte> Blocks(int count) => Volatile.Read(ref _blocks).AsSpan(0, BlockCodec.BlockCount(count) * blockBytes);

    /// <summary>Makes room for rows. What is large already gets a quarter more, so that it is not copied for each few rows.</summary>
    public void Reserve(int rows)
    {
        if (rows <= _rows.Length)
            return;
        var blocks = BlockCodec.BlockCount(Math.Max(rows, _count + _count / 4));
        var grownRows = new int[blocks * Codec.RowsPerBlock];
        var grownBlocks = new byte[blocks * blockBytes];
        var grownErrors = new float[grownRows.Length];
        _errors.AsSpan(0, _count).CopyTo(grownErrors);
        Volatile.Write(ref _errors, grownErrors);
        _rows.AsSpan(0, _count).CopyTo(grownRows);
        _blocks.CopyTo(grownBlocks.AsSpan());
        Volatile.Write(ref _rows, grownRows);
        Volatile.Write(ref _blocks, grownBlocks);
    }

    /// <summary>Names the row at a place there is room for, behind the count, and gives its block to be written.</summary>
    public Span<byte> Place(int row, int place)
    {
        _rows[place] = row;
        return _blocks.AsSpan(place / Codec.RowsPerBlock * blockBytes, blockBytes);
    }

    /// <summary>Keeps what is known of the row at a place, before it is published.</summary>
    public void Note(int place, float error, double distance)
    {
        _errors[place] = error;
        if (distance > _radius)
            Volatile.Write(ref _radius, MathF.BitIncrement((float)distance));
    }

    /// <summary>Lets readers see the rows written up to now.</summary>
    public void Publish(int count) => Volatile.Write(ref _count, count);
}
