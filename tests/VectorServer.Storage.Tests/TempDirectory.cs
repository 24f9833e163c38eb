namespace VectorServer.Storage.Tests;

/// <summary>A fresh directory for one test, removed with it.</summary>
internal sealed class TempDirectory : IDisposable
{
    private const string Memory = "/dev/shm"; // where Linux has it

    public string Path { get; private init; } = Directory.CreateTempSubdirectory("vectorserver-").FullName;

    /// <summary>In memory if the machine can: for tests that write much and mean no disk.</summary>
    public static TempDirectory InMemory()
    {
        var directory = new TempDirectory();
        if (!Directory.Exists(Memory))
            return directory;
        directory.Dispose();
        return new TempDirectory { Path = Directory.CreateDirectory(System.IO.Path.Combine(Memory, System.IO.Path.GetFileName(directory.Path))).FullName };
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // the test removed it
        }
    }
}
