namespace VectorServer.Storage.IO;

/// <summary>Deletes what nothing names any more.</summary>
internal static class Trash
{
    /// <summary>
    /// Gives a directory a name beside its own under which it can be deleted; durable when the method returns, as the old name might come
    /// back with a part of its files. After a failure it has its own name again, if the disk lets it.
    /// </summary>
    public static void Put(Disk disk, string directory, string trash)
    {
        disk.MoveDirectory(directory, trash);
        try
        {
            disk.SyncDirectory(Path.GetDirectoryName(directory)!);
        }
        catch
        {
            disk.MoveDirectory(trash, directory);
            throw;
        }
    }

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
        catch (Exception e) when (e.IsDiskError())
        {
            // swept at the next open
        }
    }
}
