using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Filters.Columns;

/// <summary>
/// The columns of one generation's rows: made from the metadata file at the first filter, and from then on kept up to date by the writer.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Whoever needs rows that are not in the columns yet reads them from the file, one at a time; a query that needs none never waits. Rows
/// are immutable and never leave their generation, so values need no counted references: compaction makes other columns, of the values that
/// live rows have.
/// </remarks>
internal sealed class ColumnStore
{
    private readonly Lock _extending = new();
    private readonly FieldColumns _fields = new();
    private int _rowCount;
    private volatile bool _isUsed;

    /// <summary>Whether a filter has asked for the columns.</summary>
    public bool IsUsed => _isUsed;

    /// <summary>Rows in the columns.</summary>
    public int RowCount => Volatile.Read(ref _rowCount);

    /// <summary>Bytes of memory; counted on each call.</summary>
    public long Bytes
    {
        get
        {
            lock (_extending)
                return _fields.Bytes;
        }
    }

    /// <summary>The rows below <paramref name="rowCount"/> that satisfy a filter, dead ones too.</summary>
    /// <param name="metadata">The generation's file.</param>
    /// <param name="rowCount">Rows of the caller's snapshot.</param>
    /// <param name="filter">What a row's metadata must satisfy.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: a row is not there, or does not match its checksum.</exception>
    public RowSet Select(MetadataStore metadata, int rowCount, Filter filter)
    {
        Extend(metadata, rowCount);
        return FilterEvaluator.Select(_fields, rowCount, filter);
    }

    /// <summary>Reads the rows below <paramref name="rowCount"/> that are not in the columns yet.</summary>
    /// <inheritdoc cref="Select" path="/exception"/>
    public void Extend(MetadataStore metadata, int rowCount)
    {
        if (RowCount >= rowCount)
            return;
        lock (_extending)
            Read(metadata, rowCount);
        _isUsed = true;
    }

    /// <summary>For the writer, once it has committed rows: takes them into columns that are in use, without waiting for a reader that does the same.</summary>
    public void KeepUp(MetadataStore metadata, int rowCount)
    {
        if (!_isUsed || !_extending.TryEnter())
            return;
        try
        {
            Read(metadata, rowCount);
        }
        catch (StorageException)
        {
            // Columns are derived, so the write stands; the next filter reads the rows and meets what is wrong with them.
        }
        finally
        {
            _extending.Exit();
        }
    }

    private void Read(MetadataStore metadata, int rowCount)
    {
        if (_rowCount < rowCount)
        {
            metadata.ReadMetadata(_rowCount, rowCount, (row, json) =>
            {
                if (!json.IsEmpty)
                    _fields.Add(row.Value, json);
                Volatile.Write(ref _rowCount, row.Value + 1);
            });
        }
    }
}
