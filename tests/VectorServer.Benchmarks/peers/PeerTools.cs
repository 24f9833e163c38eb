using System.Diagnostics;
using System.Globalization;

namespace VectorServer.Benchmarks.Peers;

/// <summary>Gets the peers, starts them, and holds processes to cores.</summary>
internal static class PeerTools
{
    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();
    private static readonly string Fetched = Path.Combine(Root, "artifacts", "peers");

    /// <summary>The bench's own folder in the source tree.</summary>
    public static string Sources => Path.Combine(Root, "tests", "VectorServer.Benchmarks");

    /// <summary>Fetches what is not there yet.</summary>
    public static async Task FetchAsync()
    {
        using var process = Process.Start("bash", [Path.Combine(Sources, "peers", "fetch.sh"), Fetched]);
        await process.WaitForExitAsync();
    }

    /// <summary>The peers that run in a process of their own, with the folder of each that says whether it could be had.</summary>
    public static IEnumerable<(string Name, ProcessStartInfo? Start)> Runners()
    {
        yield return ("hnswlib", Has("hnswlib/peer") ? new ProcessStartInfo(Path.Combine(Fetched, "hnswlib", "peer")) : null);
        yield return ("FAISS", Has("faiss") ? Python("faiss_peer.py") : null);
        yield return ("usearch", Node("usearch", "usearch.js"));
        foreach (var setting in (string[])["f32", "int8"]) // one a process: of two collections of different types the second finds nothing
            yield return ("zvec", Node("zvec", "zvec.js", setting));
        yield return ("LanceDB", Node("lancedb", "lancedb.js"));
    }

    /// <summary>Starts one of the runners under node; null if its package could not be had.</summary>
    /// <param name="package">Its folder among those fetched.</param>
    /// <param name="script">The runner.</param>
    /// <param name="setting">The only setting that the runner offers; null for all.</param>
    public static ProcessStartInfo? Node(string package, string script, string? setting = null)
    {
        if (!Has(package))
            return null;
        var start = new ProcessStartInfo("node", ["--expose-gc", Path.Combine(Sources, "peers", script)]);
        start.Environment["NODE_PATH"] = Path.Combine(Fetched, package, "node_modules");
        start.Environment["PEER_SETTING"] = setting;
        return start;
    }

    /// <summary>Holds all threads of a process, those to come too, to the first cores.</summary>
    public static async Task HoldAsync(int processId, int cores)
    {
        var list = $"0-{Math.Min(cores, Environment.ProcessorCount) - 1}";
        var start = new ProcessStartInfo("taskset", ["-a", "-c", "-p", list, processId.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true, // names threads that ended meanwhile
        };
        using var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
    }

    private static ProcessStartInfo Python(string script)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Sources, "peers", script)]); // the distribution's, which has its NumPy
        start.Environment["PYTHONPATH"] = Path.Combine(Fetched, "faiss", "usr", "lib", "python3", "dist-packages");
        start.Environment["LD_LIBRARY_PATH"] = Path.Combine(Fetched, "openblas", "usr", "lib", "x86_64-linux-gnu", "openblas-pthread");
        return start;
    }

    private static bool Has(string path) => Path.Exists(Path.Combine(Fetched, path));

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "VectorServer.sln")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException("The bench does not lie in the source tree.");
        return directory.FullName;
    }
}
