using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VectorServer.Storage;

namespace VectorServer.Benchmarks;

/// <summary>How long after a start is a large namespace's first answer there, and the first to a filter? How much memory does the namespace take?</summary>
internal static class OpenBench
{
    private const int Batch = 20_000;
    private const int Rounds = 3;
    private const int Filtered = 31;

    /// <param name="rows">Records of the namespace.</param>
    /// <param name="dimension">Of the vectors; of those already in the directory too.</param>
    /// <param name="directory">Kept, and used again if it holds the namespace already; null takes one that goes afterwards.</param>
    public static async Task<int> RunAsync(int rows, int dimension, string? directory)
    {
        var data = directory is null ? Directory.CreateTempSubdirectory("vectorserver-bench-") : Directory.CreateDirectory(directory);
        try
        {
            if (!Directory.Exists(Path.Combine(data.FullName, "indexes")))
                await FillAsync(data.FullName, rows, dimension);
            Console.WriteLine($"## A namespace's first answer, {rows:N0} x {dimension} with metadata, files in memory\n\n{Machine.Describe()}\n");
            Console.WriteLine("| round | first query s | first filtered query ms | median ms | codes there s | memory B/row | close s |\n|---|---:|---:|---:|---:|---:|---:|");
            for (var round = 1; round <= Rounds; round++)
                await MeasureAsync(data.FullName, rows, dimension, round);
            return 0;
        }
        finally
        {
            if (directory is null)
                data.Delete(recursive: true);
        }
    }

    private static double Milliseconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    internal static async Task FillAsync(string directory, int rows, int dimension)
    {
        var random = new Random(1);
        await using var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory });
        var index = engine.CreateIndex(new IndexDescriptor { Name = "open", Dimension = dimension });
        var values = new float[Batch * dimension];
        for (var first = 0; first < rows; first += Batch)
        {
            RandomVectors.Fill(random, values, dimension);
            await index.LoadAsync("", [.. Enumerable.Range(0, Math.Min(Batch, rows - first)).Select(row => new VectorRecord(
                "document-" + (first + row).ToString(CultureInfo.InvariantCulture),
                values.AsMemory(row * dimension, dimension),
                null,
                RecordMetadata.Parse(JsonSerializer.SerializeToElement(new { group = row % 10, title = $"the title of {row}" }))))]);
        }
    }

    private static async Task MeasureAsync(string directory, int rows, int dimension, int round)
    {
        var before = Environment.WorkingSet;
        var query = new float[dimension];
        query[0] = 1;
        var start = Stopwatch.GetTimestamp();
        var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory, Log = Console.Error.WriteLine });
        var index = engine.GetIndex("open");
        _ = index.Query("", new VectorQuery { TopK = 10, Vector = query });
        var answered = Stopwatch.GetElapsedTime(start);
        var filtered = Enumerable.Range(0, Filtered).Select(i => Milliseconds(() => _ = index.Query("", new VectorQuery
        {
            TopK = 10,
            Vector = query,
            Filter = FilterData.FilterOf(string.Create(CultureInfo.InvariantCulture, $$"""{"group":{{i % 10}}}""")),
        }))).ToArray();
        var (first, median) = (filtered[0], filtered.Order().ElementAt(Filtered / 2));
        while (index.Stats().Namespaces[0].Compression == Compression.Float32.ToName())
            await Task.Delay(10);
        var coded = Stopwatch.GetElapsedTime(start);
        var memory = (double)(Environment.WorkingSet - before) / rows;
        start = Stopwatch.GetTimestamp();
        await engine.DisposeAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {round} | {answered.TotalSeconds:F2} | {first:F1} | {median:F1} | {coded.TotalSeconds:F2} | {memory:F0} | {Stopwatch.GetElapsedTime(start).TotalSeconds:F2} |"));
    }
}
