using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Saves what an opening would otherwise make again from the rows, see <see cref="DerivedFile"/>. In the background after a checkpoint that
/// found many new rows, and at close. What fails here costs the next opening some time, nothing else.
/// </summary>
internal sealed class DerivedFiles(Action<string> log)
{
    /// <summary>Fewer rows are read and encoded within milliseconds.</summary>
    public const int RowsMin = 1_000;

    private const int RowsMinUnderWay = 50_000;
    private const int ShareOfSaved = 5; // a file is written again when a fifth more is to be saved, at close a twentieth
    private const int ShareOfSavedAtClose = 20;

    private readonly BackgroundWork _work = new();
    private volatile FoldedRows? _folded;

    public bool IsAtRest => _work.IsAtRest;

    /// <summary>Called by the writer, with what a checkpoint names.</summary>
    public void Consider(NamespaceSnapshot folded)
    {
        _folded = FoldedRows.Of(folded);
        Reconsider();
    }

    /// <summary>Called when more is derived of the rows that the newest checkpoint names.</summary>
    public void Reconsider()
    {
        if (_folded is { } folded && DerivedFile.All.Any(file => file.IsDue(folded, RowsMinUnderWay, ShareOfSaved)))
            _work.StartOrRepeat(SaveNewestAsync);
    }

    /// <summary>Ends the work under way and allows no more.</summary>
    public Task StopAsync() => _work.StopAsync();

    /// <summary>Called once the namespace takes no more writes and is folded.</summary>
    public void SaveOnClose(NamespaceSnapshot folded) => Save(FoldedRows.Of(folded), RowsMin, ShareOfSavedAtClose, CancellationToken.None);

    /// <summary>Saves what is there of rows that are written to another generation's directory too, by the same numbers.</summary>
    public static void SaveCopies(FoldedRows folded, string directory, CancellationToken cancellation)
    {
        foreach (var file in DerivedFile.All.Where(file => file.There(folded) >= RowsMin))
            file.Write(folded, file.In(directory), cancellation);
    }

    private Task SaveNewestAsync()
    {
        if (_folded is not { } folded || !folded.Generation.TryAddReference())
            return Task.CompletedTask;
        try
        {
            Save(folded, RowsMinUnderWay, ShareOfSaved, _work.Stopping);
        }
        finally
        {
            folded.Generation.Release();
        }

        return Task.CompletedTask;
    }

    private void Save(FoldedRows folded, int rowsMin, int share, CancellationToken cancellation)
    {
        try
        {
            foreach (var file in DerivedFile.All)
            {
                if (file.IsDue(folded, rowsMin, share) && file.Write(folded, file.In(folded.Generation.Directory), cancellation) is var rows and > 0)
                    file.Note(folded, rows);
            }
        }
        catch (OperationCanceledException)
        {
            // the namespace is closing, and what is due is saved then
        }
        catch (Exception e) when (e.IsDiskError())
        {
            log($"could not save what its next opening would read: {e.Message}");
        }
    }
}
