namespace VectorServer.Storage.IO;

/// <summary>Replaces a whole small file so that a crash leaves the old one or the new one.</summary>
internal static class AtomicFile
{
    /// <summary>Writes aside, syncs, renames, syncs the directory.</summary>
    public static void Write(Disk disk, string path, ReadOnlySpan<byte> bytes)
    {
        var aside = path + ".new";
        using (var file = disk.Open(aside, FileMode.Create))
        {
            file.Write(bytes, 0);
            file.Sync();
        }

        disk.MoveFile(aside, path);
        disk.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
