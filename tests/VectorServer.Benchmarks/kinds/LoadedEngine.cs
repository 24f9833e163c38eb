using System.Reflection;
using VectorServer.DataKinds;

namespace VectorServer.Benchmarks.Kinds;

/// <summary>A build of the engine, from whose driver indexes are opened.</summary>
internal sealed class EngineBuild(string name, string directory)
{
    private readonly Type _driver = new EngineLoadContext(name, directory).LoadDriver().GetType("VectorServer.Benchmarks.Driver.EngineDriver", throwOnError: true)!;

    /// <summary>Opens an index, loads it and waits for nothing.</summary>
    public async Task<LoadedEngine> LoadAsync(DataSet data, string indexKind, string compression)
    {
        var files = Directory.CreateTempSubdirectory("vectorserver-kinds-");
        var open = _driver.GetMethod("Open", BindingFlags.Public | BindingFlags.Static)!;
        var driver = open.Invoke(null, [files.FullName, (int)data.Kind.Metric, data.Dimension, indexKind, compression])!;
        var engine = new LoadedEngine(driver, files);
        await engine.LoadAsync(data.Values, data.Dimension);
        return engine;
    }
}

/// <summary>An index in a build of the engine.</summary>
internal sealed class LoadedEngine(object driver, DirectoryInfo files) : IAsyncDisposable
{
    private readonly Func<Task> _close = Method<Func<Task>>(driver, "CloseAsync");

    public Func<float[], int, Task> LoadAsync { get; } = Method<Func<float[], int, Task>>(driver, "LoadAsync");

    public Func<ReadOnlyMemory<float>, int, bool, int> Run { get; } = Method<Func<ReadOnlyMemory<float>, int, bool, int>>(driver, "Run");

    public Func<ReadOnlyMemory<float>, int, (int[] Rows, string Plan, int Rescored, bool? Certified)> Ask { get; } =
        Method<Func<ReadOnlyMemory<float>, int, (int[], string, int, bool?)>>(driver, "Ask");

    public Func<(string Compression, double CodeBytes, string IndexKind)> Describe { get; } = Method<Func<(string, double, string)>>(driver, "Describe");

    public async ValueTask DisposeAsync()
    {
        await _close();
        files.Delete(recursive: true);
    }

    private static T Method<T>(object driver, string name)
        where T : Delegate => driver.GetType().GetMethod(name)!.CreateDelegate<T>(driver);
}
