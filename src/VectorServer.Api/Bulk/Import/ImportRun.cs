using System.Globalization;
using VectorServer.Api.Errors;
using VectorServer.Api.Limits;
using VectorServer.Storage;

namespace VectorServer.Api.Bulk.Import;

/// <summary>
/// One import at work: (1) plan, (2) read each file, (3) load what is read in chunks, when there is memory for it, (4) write down how far it got, so that an import
/// that is broken off goes on behind its last chunk. A chunk bears a key: one that was loaded, and not yet written down, is not loaded over what clients wrote since.
/// </summary>
internal sealed class ImportRun(VectorIndex index, BulkJob job, BulkRoots roots, MemoryCeiling memory, Func<Func<BulkJob, BulkJob>, BulkJob?> change)
{
    private const int ChunkRecordsMax = 50_000;
    private const long ChunkBytesMax = 64 << 20; // of values and metadata in memory

    // Below both, the log is faster than a checkpoint with its syncs (the load bench).
    private const int LoadRecordsMin = 10_000;
    private const long LoadBytesMin = 8 << 20;
    private const int ErrorLengthMax = 1000;

    private readonly List<VectorRecord> _chunk = [];
    private long _chunkBytes;
    private long _bytesTotal;
    private long _records = job.Records;
    private long _errors = job.Errors;
    private string? _firstError = job.Error;

    /// <exception cref="BulkException">It stopped at an error, as was asked.</exception>
    /// <exception cref="WireException">The directory is not as it should be.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // Step 1: plan
        var files = ImportPlan.Read(roots.Resolve(job.Uri));
        _bytesTotal = Math.Max(1, files.Sum(file => file.Bytes));
        var (first, bytesBefore) = FirstFile(files);

        for (var i = first; i < files.Count; i++)
        {
            // Step 2: read; a chunk goes to one namespace
            if (i > first && files[i].Namespace != files[i - 1].Namespace)
                await LoadAsync(files[i - 1].Namespace, new ImportPosition(files[i].Name, 0, bytesBefore), 0, cancellation);
            await ReadAsync(files[i], bytesBefore, skip: i == first ? job.Position?.Records ?? 0 : 0, cancellation);
            bytesBefore += files[i].Bytes;
        }

        await LoadAsync(files[^1].Namespace, new ImportPosition(files[^1].Name, long.MaxValue, bytesBefore), 0, cancellation);
    }

    private (int First, long BytesBefore) FirstFile(IReadOnlyList<ImportFile> files)
    {
        if (job.Position is not { } position)
            return (0, 0);
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i].Name == position.File)
                return (i, position.Bytes);
        }

        throw new BulkException($"'{position.File}' is gone, where the import was to go on after a restart");
    }

    private async Task ReadAsync(ImportFile file, long bytesBefore, long skip, CancellationToken cancellation)
    {
        using var items = ImportFileReader.Read(file, index).GetEnumerator();
        for (var behind = 1L; TryRead(items, file, cancellation) is { } item; behind++)
        {
            if (behind <= skip)
                continue;
            if (item.Record is null)
            {
                Note($"{file.Name}, line {item.Line}: {item.Problem}");
                continue;
            }

            _chunk.Add(item.Record);
            _chunkBytes += BytesOf(item.Record);
            if (_chunk.Count >= ChunkRecordsMax || _chunkBytes >= ChunkBytesMax)
                await LoadAsync(file.Namespace, new ImportPosition(file.Name, behind, bytesBefore), item.Bytes, cancellation);
        }
    }

    /// <summary>The next place of the file; null at its end and where it breaks off.</summary>
    private ImportItem? TryRead(IEnumerator<ImportItem> items, ImportFile file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return items.MoveNext() ? items.Current : null;
        }
        catch (BulkException broken)
        {
            Note($"{file.Name}: {broken.Message}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            Note($"{file.Name}: it cannot be read");
        }

        return null;
    }

    /// <summary>Counts what is left out, or stops at it.</summary>
    private void Note(string error)
    {
        _errors++;
        _firstError ??= Cut(error);
        if (!job.AbortOnError)
            return;
        change(job => job with { Errors = _errors });
        throw new BulkException(_firstError);
    }

    private async Task LoadAsync(string ns, ImportPosition position, long bytesInFile, CancellationToken cancellation)
    {
        // Step 3: load
        await memory.WaitAsync(cancellation);
        var key = new IdempotencyKey(job.Key, string.Create(CultureInfo.InvariantCulture, $"{position.File} {position.Records}"));
        if (_chunk.Count >= LoadRecordsMin || _chunkBytes >= LoadBytesMin)
            await index.LoadAsync(ns, _chunk, key, cancellation);
        else if (_chunk.Count > 0)
            await index.UpsertAsync(ns, _chunk, key, cancellation);
        _records += _chunk.Count;
        _chunk.Clear();
        _chunkBytes = 0;

        // Step 4: write down
        var percent = (float)Math.Min(100, (position.Bytes + bytesInFile) * 100.0 / _bytesTotal);
        change(job => job with { Records = _records, Errors = _errors, Error = _firstError, Position = position, PercentComplete = percent });
    }

    private static long BytesOf(VectorRecord record) =>
        ((long)record.Values.Length * sizeof(float)) + ((record.Sparse?.Indices.Length ?? 0) * 8L) + (record.Metadata?.Json.Length ?? 0) + 100;

    private static string Cut(string error) => error.Length <= ErrorLengthMax ? error : error[..ErrorLengthMax] + "...";
}
