using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VectorServer.Storage;

namespace VectorServer.Benchmarks;

/// <summary>How many records a second does the engine take, durable, through the log and past it?</summary>
internal static class LoadBench
{
    private const int Dimension = 384;
    private const int Records = 100_000;
    private const int Rounds = 3;

    private static readonly (string Name, int Batch, bool PastLog)[] Ways =
    [
        ("upsert", 1_000, false), ("upsert", 10_000, false), ("load", 2_000, true), ("load", 5_000, true), ("load", 10_000, true), ("load", 40_000, true),
    ];

    public static async Task<int> RunAsync()
    {
        var rows = new float[Records * Dimension];
        RandomVectors.Fill(new Random(1), rows, Dimension);
        var records = Enumerable.Range(0, Records)
            .Select(row => new VectorRecord(
                row.ToString(CultureInfo.InvariantCulture),
                rows.AsMemory(row * Dimension, Dimension),
                null,
                RecordMetadata.Parse(JsonSerializer.SerializeToElement(new { group = row % 10 }))))
            .ToArray();
        Console.WriteLine($"## Into the engine, {Records:N0} x {Dimension} with metadata, float32, synced; best of {Rounds} interleaved runs\n\n{Machine.Describe()}\n");
        Console.WriteLine("| way | records a call | vectors/s | processor us a vector |\n|---|---:|---:|---:|");
        var best = Enumerable.Repeat((Wall: double.MaxValue, Processor: double.MaxValue), Ways.Length).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Ways.Length; i++)
            {
                var (wall, processor) = await MeasureAsync(records, Ways[i].Batch, Ways[i].PastLog);
                best[i] = (Math.Min(best[i].Wall, wall), Math.Min(best[i].Processor, processor));
            }
        }

        for (var i = 0; i < Ways.Length; i++)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {Ways[i].Name} | {Ways[i].Batch:N0} | {Records / best[i].Wall:N0} | {best[i].Processor * 1e6 / Records:F1} |"));
        return 0;
    }

    private static async Task<(double Wall, double Processor)> MeasureAsync(VectorRecord[] records, int batch, bool pastLog)
    {
        var data = Directory.CreateTempSubdirectory("vectorserver-bench-");
        try
        {
            await using var engine = VectorEngine.Open(new EngineOptions { DataDirectory = data.FullName });
            var index = engine.CreateIndex(new IndexDescriptor { Name = "load", Dimension = Dimension, Compression = Compression.Float32 });
            var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            foreach (var chunk in records.Chunk(batch))
                await (pastLog ? index.LoadAsync("", chunk) : index.UpsertAsync("", chunk));
            return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }
}
