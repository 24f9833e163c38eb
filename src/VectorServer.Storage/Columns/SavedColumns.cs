using VectorServer.Storage.IO;

namespace VectorServer.Storage.Columns;

/// <summary>The file of a generation's columns, as one reads it who may find it missing or damaged.</summary>
/// <param name="disk">Where it is deleted if it cannot be used.</param>
/// <param name="path">The file, which need not be there.</param>
/// <param name="rowsMax">Rows that there are; more are none of this generation.</param>
/// <param name="log">Told why it cannot be used.</param>
internal sealed class SavedColumns(Disk disk, string path, int rowsMax, Action<string> log)
{
    private int _rowsMax = rowsMax;

    /// <summary>Its length; 0 where there is none.</summary>
    public long FileBytes => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>It was written anew.</summary>
    public void Grow(int rows) => _rowsMax = Math.Max(_rowsMax, rows);

    /// <summary>The saved columns; null without any that can be used.</summary>
    public (FieldColumns Fields, int Rows)? TryRead(CancellationToken cancellation)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return ColumnFile.Read(path, _rowsMax, cancellation);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            log($"makes the columns of its metadata anew: {e.Message}");
            try
            {
                disk.DeleteFile(path);
            }
            catch (Exception refused) when (refused.IsDiskError())
            {
                // it is written over
            }

            return null;
        }
    }
}
