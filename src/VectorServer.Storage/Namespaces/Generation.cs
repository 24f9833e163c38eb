using System.Diagnostics.CodeAnalysis;
using VectorServer.Storage.Columns;
using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Npy;
using VectorServer.Storage.Sparse;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// One generation of a namespace's rows: its files and what is derived from them in memory. Rows are only ever added; compaction makes
/// the next generation. Counted references keep the files open until the last reader of the generation is done.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation without a timer holds nothing to dispose.")]
internal sealed class Generation
{
    private int _references = 1; // the namespace's own
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action? _afterClose;
    private readonly List<IDisposable> _derived = [];
    private readonly CancellationTokenSource _closing = new();

    private Generation(Disk disk, int number, string directory, NpyMatrix vectors, MetadataStore metadata)
    {
        (Disk, Number, Directory, Vectors, Metadata) = (disk, number, directory, vectors, metadata);
    }

    public Disk Disk { get; }

    public int Number { get; }

    public NpyMatrix Vectors { get; }

    public MetadataStore Metadata { get; }

    public IdTable Ids { get; } = new();

    public Tombstones Tombstones { get; } = new();

    public InvertedIndex Sparse { get; } = new();

    /// <summary>Asked before the metadata's index of ids is.</summary>
    public IdIndexCheck IdIndex { get; } = new();

    /// <summary>The metadata as filters read it.</summary>
    public ColumnStore Columns { get; } = new();

    /// <summary>What searches of these rows knew of their answers.</summary>
    public AnswerCount Answers { get; } = new();

    /// <summary>Ends when the last reference is given back and the files are closed.</summary>
    public Task Closed => _closed.Task;

    public string Directory { get; }

    public string VectorsPath => NamespaceLayout.Vectors(Directory);

    public string CodecPath => NamespaceLayout.Codec(Directory);

    public string CodesPath => NamespaceLayout.Codes(Directory);

    public string IdsPath => NamespaceLayout.Ids(Directory);

    /// <summary>Rows whose ids are in <c>ids.bin</c>.</summary>
    public int SavedIds { get; set; }

    public string SparsePath => NamespaceLayout.Sparse(Directory);

    /// <summary>Rows whose inverted lists are in <c>sparse.bin</c>.</summary>
    public int SavedSparse { get; set; }

    public string ColumnsPath => NamespaceLayout.Columns(Directory);

    public string CandidateIndexPath => NamespaceLayout.CandidateIndex(Directory);

    public static Generation Create(Disk disk, string namespaceDirectory, int number, int dimension)
    {
        var directory = NamespaceLayout.Generation(namespaceDirectory, number);
        disk.CreateDirectory(directory);
        var vectors = NpyMatrix.Create(disk, NamespaceLayout.Vectors(directory), dimension);
        try
        {
            if (dimension > 0)
                vectors.Checksums = RowChecksums.Create(disk, NamespaceLayout.VectorChecksums(directory), dimension);
            return new Generation(disk, number, directory, vectors, MetadataStore.Create(disk, NamespaceLayout.Metadata(directory)));
        }
        catch
        {
            vectors.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the files, takes them back to the checkpoint, and loads what lives in memory. A batch is open in the metadata, for the caller
    /// to end.
    /// </summary>
    /// <param name="disk">What it is written to.</param>
    /// <param name="namespaceDirectory">Where the namespace lies.</param>
    /// <param name="checkpoint">What counts.</param>
    /// <param name="dimension">Of the vectors.</param>
    /// <param name="columnBudget">For columns that no filter has asked for.</param>
    /// <param name="log">Told of a derived file that cannot be used.</param>
    public static Generation Open(
        Disk disk, string namespaceDirectory, Checkpoint checkpoint, int dimension, ColumnBudget columnBudget, Action<string> log)
    {
        var directory = NamespaceLayout.Generation(namespaceDirectory, checkpoint.Generation);
        var vectors = NpyMatrix.Open(disk, NamespaceLayout.Vectors(directory), dimension, checkpoint.RowCount);
        MetadataStore? metadata = null;
        try
        {
            if (dimension > 0)
            {
                vectors.Checksums = RowChecksums.Open(
                    disk, NamespaceLayout.VectorChecksums(directory), dimension, checkpoint.RowCount, checkpoint.IsBeforeChecksums);
            }

            metadata = MetadataStore.Open(disk, NamespaceLayout.Metadata(directory));
            metadata.BeginBatch(); // for whoever reads the file already, it goes from one whole state to the next
            metadata.RollBackTo(checkpoint.RowCount, new Lsn(checkpoint.Lsn));
            var generation = new Generation(disk, checkpoint.Generation, directory, vectors, metadata);
            generation.Columns.Attach(new SavedColumns(disk, generation.ColumnsPath, checkpoint.RowCount, log));
            generation.LoadColumnsAhead(columnBudget);
            generation.Load(checkpoint, log);
            return generation;
        }
        catch
        {
            metadata?.Dispose();
            vectors.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the files on disk.</summary>
    public long SizeBytes(int rowCount) => SizeBytes(Directory, rowCount, Vectors.RowBytes);

    /// <summary>Bytes of the files of a generation, open or not.</summary>
    public static long SizeBytes(string directory, int rowCount, int rowBytes)
    {
        var metadata = NamespaceLayout.Metadata(directory);
        return NpyHeader.Bytes + ((long)rowCount * rowBytes)
            + LengthOf(metadata) + LengthOf(metadata + "-wal") + LengthOf(metadata + "-shm")
            + LengthOf(NamespaceLayout.VectorChecksums(directory)) + NamespaceLayout.Derived(directory).Sum(LengthOf);

        // A file that comes or goes at this moment, or with its namespace, counts nothing.
        static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
    }

    /// <summary>Makes the first <paramref name="rowCount"/> rows durable in the data files.</summary>
    public void Seal(int rowCount)
    {
        Vectors.Seal(rowCount);
        Metadata.Checkpoint();
        Disk.SyncDirectory(Directory);
    }

    /// <summary>Takes a reference unless the generation is closed already.</summary>
    public bool TryAddReference()
    {
        while (true)
        {
            var references = Volatile.Read(ref _references);
            if (references <= 0)
                return false;
            if (Interlocked.CompareExchange(ref _references, references + 1, references) == references)
                return true;
        }
    }

    /// <summary>Takes no more references if there is none but the namespace's own.</summary>
    public bool TryClaim() => Interlocked.CompareExchange(ref _references, 1 + int.MinValue, 1) == 1;

    /// <summary>Disposes what was derived from the rows when the last reader is done. The caller holds a reference.</summary>
    public void Own(IDisposable derived)
    {
        lock (_derived)
            _derived.Add(derived);
    }

    /// <summary>Leaves what was owned to the snapshots that still have it.</summary>
    public void Disown(IDisposable derived)
    {
        lock (_derived)
            _derived.Remove(derived);
    }

    /// <summary>Gives a reference back; the last one closes the files.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        try
        {
            Metadata.Dispose();
            Vectors.Dispose();
            foreach (var derived in _derived)
                derived.Dispose();
            Columns.LeaveBudget();
            _afterClose?.Invoke();
        }
        finally
        {
            _closed.SetResult();
        }
    }

    /// <summary>Gives up the namespace's own reference: the last reader closes the files and then runs <paramref name="afterClose"/>.</summary>
    public void Retire(Action afterClose)
    {
        _closing.Cancel();
        _afterClose = afterClose;
        Release();
    }

    private void Load(Checkpoint checkpoint, Action<string> log)
    {
        var hasSparse = LoadSavedIds(checkpoint.RowCount, log);
        SavedIds = Ids.Count;
        if (SavedIds > 0 && Metadata.RowCount != checkpoint.RowCount)
            throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata lacks rows that its checkpoint counts");
        Metadata.ReadIds(SavedIds, (row, id) =>
        {
            if (row.Value != Ids.Count)
                throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata lacks rows that its vectors have");
            Ids.Add(id);
        });
        if (Ids.Count != checkpoint.RowCount)
            throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata has fewer rows than its checkpoint says");

        var live = checkpoint.RowCount - checkpoint.FirstRow;
        Metadata.ReadTombstones((row, lsn) =>
        {
            if (row.Value < 0 || row.Value >= checkpoint.RowCount)
                throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata marks rows dead that do not exist");
            if (row.Value >= checkpoint.FirstRow)
                live--;
            Tombstones.Add(row.Value, lsn);
        });
        if (live != checkpoint.LiveCount)
            throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata has more or fewer dead rows than its checkpoint says");
        if (checkpoint.Deaths is { } deaths && deaths != Tombstones.Sum)
            throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata has other dead rows than its checkpoint says");

        LoadSparse(hasSparse ? 0 : SavedIds, checkpoint, log);
        if (checkpoint.SparseRows is { } sparseRows && sparseRows != Sparse.RowCount)
            throw new StorageException(StorageErrorCode.DataCorruption, "The namespace's metadata has more or fewer sparse vectors than its checkpoint says");
    }

    /// <summary>Beside the rest of the opening, so that a filter that follows it finds them.</summary>
    private void LoadColumnsAhead(ColumnBudget budget)
    {
        if (!File.Exists(ColumnsPath) || !TryAddReference())
            return;
        _ = Task.Run(() =>
        {
            try
            {
                Columns.LoadAhead(budget, _closing.Token);
            }
            catch (OperationCanceledException)
            {
                // nobody asked
            }
            finally
            {
                Release();
            }
        });
    }

    private void LoadSparse(int firstRow, Checkpoint checkpoint, Action<string> log)
    {
        void ReadFrom(int row) => Metadata.ReadSparse(row, (number, vector) => Sparse.Add(number.Value, vector));
        if (firstRow == 0 && File.Exists(SparsePath))
        {
            try
            {
                SavedSparse = Sparse.Load(SparsePath, checkpoint.RowCount);
                ReadFrom(SavedSparse);
                if (checkpoint.SparseRows is null || checkpoint.SparseRows == Sparse.RowCount)
                    return;
                log("reads its sparse vectors from the metadata: the derived file sparse.bin is of other rows");
            }
            catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
            {
                log($"reads its sparse vectors from the metadata: {e.Message}");
            }

            Disk.DeleteFile(SparsePath);
            SavedSparse = 0;
            Sparse.Clear();
        }

        ReadFrom(firstRow);
    }

    /// <returns>Whether any of the rows loaded may have a sparse vector.</returns>
    private bool LoadSavedIds(int rowCount, Action<string> log)
    {
        if (!File.Exists(IdsPath))
            return true;
        try
        {
            return IdFile.Read(IdsPath, Ids, rowCount);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            log($"reads its ids from the metadata: {e.Message}");
            Disk.DeleteFile(IdsPath);
            return true;
        }
    }
}
