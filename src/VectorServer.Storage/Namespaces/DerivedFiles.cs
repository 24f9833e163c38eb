using VectorServer.Storage.Codecs;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Saves what an opening would otherwise make again from the rows: ids and codes. In the background after a checkpoint that found many new
/// rows, and at close. What fails here costs the next opening some time, nothing else.
/// </summary>
internal sealed class DerivedFiles(Action<string> log)
{
    private const int RowsMin = 1_000; // fewer are read and encoded within milliseconds
    private const int RowsMinUnderWay = 50_000;
    private const int ShareOfSaved = 5; // a file is written again when a fifth more is to be saved, at close a twentieth
    private const int ShareOfSavedAtClose = 20;

    private readonly BackgroundWork _work = new();

    public bool IsAtRest => _work.IsAtRest;

    /// <summary>Called by the writer, with what a checkpoint names.</summary>
    public void Consider(NamespaceSnapshot folded)
    {
        if (!_work.IsAtRest || !IsDue(folded, RowsMinUnderWay, ShareOfSaved) || !folded.Generation.TryAddReference())
            return;
        if (!_work.TryStart(() => SaveAndRelease(folded)))
            folded.Generation.Release();
    }

    /// <summary>Ends the work under way and allows no more.</summary>
    public Task StopAsync() => _work.StopAsync();

    /// <summary>Called once the namespace takes no more writes and is folded.</summary>
    public void SaveOnClose(NamespaceSnapshot folded)
    {
        if (IsDue(folded, RowsMin, ShareOfSavedAtClose))
            Save(folded, RowsMin, ShareOfSavedAtClose, CancellationToken.None);
    }

    private static bool IsDue(NamespaceSnapshot folded, int rowsMin, int share) =>
        IsDue(folded.RowCount, folded.Generation.SavedIds, rowsMin, share)
        || (folded.Codes is { } codes && IsDue(Math.Min(codes.Count, folded.RowCount), codes.SavedRows, rowsMin, share));

    private static bool IsDue(int rows, int saved, int rowsMin, int share) => rows - saved >= Math.Max(rowsMin, saved / share);

    private Task SaveAndRelease(NamespaceSnapshot folded)
    {
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

    private void Save(NamespaceSnapshot folded, int rowsMin, int share, CancellationToken cancellation)
    {
        var generation = folded.Generation;
        try
        {
            if (IsDue(folded.RowCount, generation.SavedIds, rowsMin, share))
            {
                IdFile.Write(generation.IdsPath, generation, folded.RowCount, cancellation);
                generation.SavedIds = folded.RowCount;
            }

            if (folded.Codes is { } codes && IsDue(Math.Min(codes.Count, folded.RowCount), codes.SavedRows, rowsMin, share))
                codes.SavedRows = CodeFile.Write(generation.Disk, generation.CodesPath, codes, folded.RowCount, cancellation);
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
