using System.Diagnostics;
using System.Globalization;
using VectorServer.Storage;

namespace VectorServer.Benchmarks;

/// <summary>How long after a start are statistics of many namespaces there: after a clean stop, and after a kill that left their logs unfolded?</summary>
internal static class NamespacesBench
{
    private const int Dimension = 4;
    private const int OpenAtOnce = 2_000;

    /// <param name="count">Namespaces, of one record each.</param>
    public static async Task<int> RunAsync(int count)
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-bench-");
        try
        {
            var (stopped, killed) = (Path.Combine(directory.FullName, "stopped"), Path.Combine(directory.FullName, "killed"));
            var watch = Stopwatch.StartNew();
            await using (var engine = Open(stopped))
            {
                var index = engine.CreateIndex(new IndexDescriptor { Name = "tenants", Dimension = Dimension });
                await Parallel.ForEachAsync(Enumerable.Range(0, count), async (i, cancellation) => await index.UpsertAsync(NameOf(i), [Record(i)], cancellation));
                foreach (var i in Enumerable.Range(0, OpenAtOnce / 2))
                    await index.UpsertAsync(NameOf(i), [Record(i) with { Id = "b" }]);
                CopyInUse(stopped, killed);
            }

            Console.WriteLine($"## {count:N0} namespaces, made in {watch.Elapsed.TotalSeconds:F0} s\n\n{Machine.Describe()}\n");
            Console.WriteLine("| after | start ms | first statistics ms | second ms | records | opened |\n|---|---:|---:|---:|---:|---:|");
            await MeasureAsync("a kill", killed);
            await MeasureAsync("a clean stop", stopped);
            return 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(string after, string directory)
    {
        var start = Stopwatch.GetTimestamp();
        await using var engine = Open(directory);
        var index = engine.GetIndex("tenants");
        var opened = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        var stats = index.Stats();
        var first = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        _ = index.Stats();
        var second = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {after} | {opened.TotalMilliseconds:F0} | {first.TotalMilliseconds:F0} | {second.TotalMilliseconds:F0} | {stats.TotalRecordCount:N0} | {index.Observe().OpenNamespaces} |"));
    }

    private static VectorEngine Open(string directory) =>
        VectorEngine.Open(new EngineOptions { DataDirectory = directory, Durability = Durability.Os, OpenNamespacesMax = OpenAtOnce, Log = Console.Error.WriteLine });

    private static string NameOf(int i) => "tenant-" + i.ToString(CultureInfo.InvariantCulture);

    private static VectorRecord Record(int i) => new("a", new float[] { 1, i % 7, i % 11, 1 }, null, null);

    /// <summary>Some are being closed meanwhile, whose logs go: until a copy meets none of them.</summary>
    private static void CopyInUse(string from, string to)
    {
        while (true)
        {
            try
            {
                Copy(from, to);
                return;
            }
            catch (IOException) when (Directory.Exists(to))
            {
                Directory.Delete(to, recursive: true);
            }
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is not "LOCK"))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
