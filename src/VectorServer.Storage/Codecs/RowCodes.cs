using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Codecs;

/// <summary>
/// The codes of one generation's first rows, in native memory. Derived: made of the rows and the calibration in <c>codec.bin</c>, behind the
/// acknowledgement; rows that have none yet are scanned exactly. One encoder at a time; any number of searches beside it.
/// </summary>
/// <remarks>
/// The generation gives the memory back when its last reader is done. Codes that others replaced before are not the generation's any
/// more, and may still be read by older snapshots: the finalizer gives theirs back.
/// </remarks>
internal abstract class RowCodes(Codec codec) : IDisposable
{
    private readonly Lock _encoding = new();
    private int _rowCount;
    private volatile bool _isTorn; // rows beyond the count may have been written in part

    ~RowCodes() => Free();

    public Codec Codec { get; } = codec;

    /// <summary>Rows encoded, from the generation's first on.</summary>
    public int Count => Volatile.Read(ref _rowCount);

    /// <summary>False where encoding was broken off: the codes serve the rows they have, and take no more.</summary>
    public bool TakesRows => !_isTorn;

    /// <summary>Rows that there were when the codes were loaded: those of them without codes are nobody's to wait for.</summary>
    public int OwedRows { get; set; }

    /// <summary>Rows whose codes are in <c>codes.bin</c>; of use to whoever saves them.</summary>
    public int SavedRows { get; set; }

    /// <summary>Bytes of memory.</summary>
    public abstract long Bytes { get; }

    /// <summary>Bytes that a search reads one after another.</summary>
    public abstract long ScannedBytes { get; }

    /// <summary>Encodes the rows from <see cref="Count"/> up to <paramref name="rowCount"/>.</summary>
    /// <param name="read">Gives the raw vectors.</param>
    /// <param name="rowCount">Rows encoded when this returns, if not more are already.</param>
    /// <param name="cancellation">Stops between rows; the codes take no more rows then, and serve those they have.</param>
    public void EncodeUpTo(RowReader read, int rowCount, CancellationToken cancellation = default)
    {
        lock (_encoding)
        {
            if (rowCount <= _rowCount || _isTorn)
                return;
            _isTorn = true;
            Encode(read, _rowCount, rowCount, cancellation);
            Volatile.Write(ref _rowCount, rowCount);
            _isTorn = false;
        }
    }

    /// <summary>Offers every row encoded that may be among the nearest.</summary>
    /// <param name="query"><c>[dimension]</c>.</param>
    /// <param name="sink">Takes them.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>
    /// False where the codes do not answer: the query has no place in the <see cref="RowSpace"/>, or the sink has had enough. Every row is
    /// to be scored then.
    /// </returns>
    public abstract bool Search(ReadOnlySpan<float> query, CandidateSink sink, CancellationToken cancellation);

    /// <summary>Estimates the ranks of all rows, in the metric's unit, by the codes alone: higher is nearer.</summary>
    /// <param name="query"><c>[dimension]</c>; one that has no place in the <see cref="RowSpace"/> gets zeros.</param>
    /// <param name="ranks">Out: by row, <c>[at most Count]</c>.</param>
    public abstract void Estimate(ReadOnlySpan<float> query, Span<double> ranks);

    /// <summary>Writes the codes of the first rows; encoding may go on meanwhile.</summary>
    /// <returns>How many rows' codes were written, at most <paramref name="rows"/>.</returns>
    internal abstract int Write(CheckedWriter file, int rows, CancellationToken cancellation);

    /// <summary>Fills empty codes with what <see cref="Write"/> wrote.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: of other codes, or of rows that there are not.</exception>
    internal void Read(CheckedReader file, int rowsMax) => Volatile.Write(ref _rowCount, ReadRows(file, rowsMax));

    /// <summary>Gives the memory back; no search may be under way.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Free();
    }

    protected abstract void Encode(RowReader read, int firstRow, int rowCount, CancellationToken cancellation);

    /// <returns>Rows read.</returns>
    protected abstract int ReadRows(CheckedReader file, int rowsMax);

    protected abstract void Free();
}
