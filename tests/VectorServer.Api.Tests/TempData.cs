namespace VectorServer.Api.Tests;

/// <summary>A data directory that outlives the servers on it, and goes with the test.</summary>
internal sealed class TempData : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("vectorserver-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
