using VectorServer.Storage.Filters;
using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Columns;

/// <summary>
/// The columns of one generation's rows: taken from their file and made from the metadata ahead of the first filter, where there is memory
/// for it, and kept up to date by the writer once a filter has asked. Thread-safe.
/// </summary>
/// <remarks>
/// Whoever needs rows that are not in the columns yet reads them from the file, one at a time; a query that needs none never waits. Rows
/// are immutable and never leave their generation, so values need no counted references: compaction makes other columns, of the values that
/// live rows have.
/// </remarks>
internal sealed class ColumnStore
{
    private const int RowsPerStep = 4_096; // read within some ten milliseconds, for which a filter may have to wait
    private const int UnaskedLooksMax = 4;

    private readonly Lock _extending = new();
    private Held _held = new();
    private SavedColumns? _saved;
    private ColumnBudget? _budget;
    private long _taken; // of the budget
    private int _unaskedLooks;
    private volatile bool _isUsed;
    private volatile bool _isShed;

    /// <summary>Whether a filter has asked for the columns.</summary>
    public bool IsUsed => _isUsed;

    /// <summary>Whether the columns are to be made ahead of a filter: false once that was given up.</summary>
    public bool IsWantedAhead => !_isShed;

    /// <summary>Rows in the columns.</summary>
    public int RowCount => Volatile.Read(ref Volatile.Read(ref _held).RowCount);

    /// <summary>Rows whose columns are in <c>columns.bin</c>; of use to whoever saves them.</summary>
    public int SavedRows { get; private set; }

    /// <summary>Bytes of memory; counted on each call.</summary>
    public long Bytes
    {
        get
        {
            lock (_extending)
                return _held.Fields.Bytes;
        }
    }

    /// <summary>Says where saved columns are, before anyone asks for any.</summary>
    public void Attach(SavedColumns saved) => _saved = saved;

    /// <summary>The rows below <paramref name="rowCount"/> that satisfy a filter, dead ones too.</summary>
    /// <param name="metadata">The generation's file.</param>
    /// <param name="rowCount">Rows of the caller's snapshot.</param>
    /// <param name="filter">What a row's metadata must satisfy.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: a row is not there, or does not match its checksum.</exception>
    public RowSet Select(MetadataStore metadata, int rowCount, Filter filter) =>
        FilterEvaluator.Select(Extend(metadata, rowCount), rowCount, filter);

    /// <summary>Reads the rows below <paramref name="rowCount"/> that are not in the columns yet.</summary>
    /// <inheritdoc cref="Select" path="/exception"/>
    public FieldColumns Extend(MetadataStore metadata, int rowCount)
    {
        if (!_isUsed)
            Use();
        var held = Volatile.Read(ref _held);
        if (Volatile.Read(ref held.RowCount) >= rowCount)
            return held.Fields;
        lock (_extending)
        {
            LoadSaved(CancellationToken.None);
            Read(metadata, rowCount);
            return _held.Fields;
        }
    }

    /// <summary>For the writer, once it has committed rows: takes them into columns that are in use, without waiting for a reader that does the same.</summary>
    public void KeepUp(MetadataStore metadata, int rowCount)
    {
        if (!_isUsed || !_extending.TryEnter())
            return;
        try
        {
            LoadSaved(CancellationToken.None);
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

    /// <summary>Takes the saved columns ahead of a filter, where the budget has room for them.</summary>
    public void LoadAhead(ColumnBudget budget, CancellationToken cancellation)
    {
        lock (_extending)
        {
            if (_isUsed || _saved is not { } saved)
                return;
            _budget = budget;
            if (!budget.HasRoomFor(saved.FileBytes))
                Shed();
            else if (LoadSaved(cancellation))
                Account();
        }
    }

    /// <summary>
    /// Makes the columns of the rows below <paramref name="rowCount"/> ahead of a filter, as far as the budget has room for them; steps
    /// aside for one that asks.
    /// </summary>
    /// <inheritdoc cref="Select" path="/exception"/>
    public void MakeAhead(MetadataStore metadata, int rowCount, ColumnBudget budget, CancellationToken cancellation)
    {
        LoadAhead(budget, cancellation);
        while (RowCount < rowCount && !_isShed)
        {
            cancellation.ThrowIfCancellationRequested();
            lock (_extending)
            {
                if (_isUsed)
                    return;
                _budget = budget;
                Read(metadata, Math.Min(rowCount, _held.RowCount + RowsPerStep));
                Account();
            }
        }
    }

    /// <summary>Called now and then: gives the memory of columns back that no filter has asked for since.</summary>
    public void Age()
    {
        if (_isUsed || _isShed || RowCount == 0 || ++_unaskedLooks < UnaskedLooksMax)
            return;
        lock (_extending)
        {
            if (!_isUsed)
                Shed();
        }
    }

    /// <summary>Makes no more ahead.</summary>
    public void GiveUp() => _isShed = true;

    /// <summary>Gives the budget back, once nobody reads the generation any more.</summary>
    public void LeaveBudget()
    {
        lock (_extending)
            Return();
    }

    /// <summary>Writes the columns of the first rows to a file.</summary>
    /// <returns>Of how many rows: not of more than there are columns, nor than <paramref name="rowsMax"/>, which are durable already.</returns>
    public int Write(IO.Disk disk, string path, int rowsMax, CancellationToken cancellation)
    {
        var held = Volatile.Read(ref _held);
        var rows = Math.Min(Volatile.Read(ref held.RowCount), rowsMax);
        if (rows > 0)
            ColumnFile.Write(disk, path, held.Fields, rows, cancellation);
        return rows;
    }

    /// <summary>The generation's file was written anew.</summary>
    public void NoteSaved(int rows)
    {
        SavedRows = rows;
        _saved?.Grow(rows);
    }

    private void Use()
    {
        _isUsed = true; // before the lock: what is being made ahead steps aside
        lock (_extending)
            Return();
    }

    /// <returns>Whether there were any, and they are taken.</returns>
    private bool LoadSaved(CancellationToken cancellation)
    {
        if (_held.RowCount > 0 || _saved?.TryRead(cancellation) is not (FieldColumns fields, int rows))
            return false;
        Volatile.Write(ref _held, new Held { Fields = fields, RowCount = rows });
        SavedRows = rows;
        return true;
    }

    private void Read(MetadataStore metadata, int rowCount)
    {
        var held = _held;
        if (held.RowCount < rowCount)
        {
            metadata.ReadMetadata(held.RowCount, rowCount, (row, json) =>
            {
                if (!json.IsEmpty)
                    held.Fields.Add(row.Value, json);
                Volatile.Write(ref held.RowCount, row.Value + 1);
            });
        }
    }

    private void Account()
    {
        var more = _held.Fields.Bytes - _taken;
        if (_budget!.TryTake(more))
            _taken += more;
        else
            Shed();
    }

    /// <summary>Lets go of columns that nobody has asked for: the next filter takes the saved ones and reads what they lack.</summary>
    private void Shed()
    {
        _isShed = true;
        Volatile.Write(ref _held, new Held());
        Return();
    }

    private void Return()
    {
        _budget?.TryTake(-_taken);
        _taken = 0;
    }

    private sealed class Held
    {
        public int RowCount;

        public FieldColumns Fields { get; init; } = new();
    }
}
