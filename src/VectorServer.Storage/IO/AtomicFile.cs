namespace VectorServer.Storage.IO;

/// <summary>Replaces a whole small file so that a crash leaves the old one or the new one.</summary>
internal static class AtomicFile
{
    /// <summary>Writes aside, syncs, renames, syncs the directory.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var aside = path + ".new";
        using (var file = File.OpenHandle(aside, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, bytes, 0);
            FileSync.SyncFile(file);
        }

        File.Move(aside, path, overwrite: true);
        FileSync.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
