namespace VectorServer.Storage.IO;

/// <summary>
/// Every change that the engine makes on its disk goes through here, so that a test can put a disk of its own in place, which forgets
/// what was not synced or refuses what it is asked. This one is the machine's. Reading goes straight to the files. SQLite writes its files
/// by itself, and is told of. Failures are the framework's <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal class Disk
{
    /// <summary>The machine's.</summary>
    public static Disk Real { get; } = new();

    /// <param name="path">The file.</param>
    /// <param name="mode">Whether it must, may or must not be there.</param>
    /// <param name="share">Beside this handle.</param>
    public virtual DiskFile Open(string path, FileMode mode, FileShare share = FileShare.Read) =>
        new(File.OpenHandle(path, mode, FileAccess.ReadWrite, share));

    /// <summary>Renames a file, in place of another if there is one.</summary>
    public virtual void MoveFile(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Deletes the file if it is there.</summary>
    public virtual void DeleteFile(string path) => File.Delete(path);

    /// <summary>Makes a file of this size that holds no data, and takes its space.</summary>
    public virtual void Allocate(string path, long bytes)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.None, bytes);
        FileSync.SyncFile(file);
    }

    /// <summary>Makes the directory, and those above it, unless they are there.</summary>
    public virtual void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public virtual void MoveDirectory(string from, string to) => Directory.Move(from, to);

    /// <summary>Deletes a directory with all in it.</summary>
    public virtual void DeleteDirectory(string path) => Directory.Delete(path, recursive: true);

    /// <summary>Makes creations, renames and removals in the directory durable.</summary>
    public virtual void SyncDirectory(string path) => FileSync.SyncDirectory(path);

    /// <summary>SQLite is about to write the file.</summary>
    public virtual void SqliteWrites(string path)
    {
    }

    /// <summary>What was committed to SQLite's file so far is durable from here on, as far as SQLite keeps what it promises.</summary>
    public virtual void SqliteSynced(string path)
    {
    }
}
