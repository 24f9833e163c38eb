namespace VectorServer.Storage.IO;

/// <summary>Deletes what nothing names any more.</summary>
internal static class Trash
{
    /// <summary>
    /// Deletes a directory with all in it, as far as it goes: it may have moved with its parent, and what is left over is swept at the
    /// next open. Called when the last reader is done, whose answer must not fail for it.
    /// </summary>
    public static void Delete(Disk disk, string directory)
    {
        try
        {
            disk.DeleteDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // swept at the next open
        }
    }
}
