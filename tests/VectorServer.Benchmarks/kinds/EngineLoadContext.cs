using System.Reflection;
using System.Runtime.Loader;

namespace VectorServer.Benchmarks.Kinds;

/// <summary>
/// Loads a build of the engine beside others: its assembly from a directory of its own, with a copy of SQLite's assemblies, which keep
/// the state of a process in statics. The framework's assemblies are shared.
/// </summary>
/// <param name="name">For messages.</param>
/// <param name="engineDirectory">Holds <c>VectorServer.Storage.dll</c>.</param>
internal sealed class EngineLoadContext(string name, string engineDirectory) : AssemblyLoadContext(name)
{
    private static readonly string Own = AppContext.BaseDirectory;

    private readonly AssemblyDependencyResolver _resolver = new(Path.Combine(Own, typeof(EngineLoadContext).Assembly.GetName().Name + ".dll"));

    public Assembly LoadDriver() => LoadFromAssemblyPath(Path.Combine(Own, "VectorServer.Benchmarks.Driver.dll"));

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var file = assemblyName.Name + ".dll";
        var engines = Path.Combine(engineDirectory, file);
        if (File.Exists(engines))
            return LoadFromAssemblyPath(engines);
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
