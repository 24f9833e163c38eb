using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace VectorServer.Benchmarks;

/// <summary>Over HTTP, after a start: how long does the first filtered query take once an unfiltered one has opened the namespace, beside the median one?</summary>
internal static class FirstFilterBench
{
    private const int Rows = 100_000;
    private const int Dimension = 64;
    private const int Rounds = 7;
    private const int Queries = 31;

    public static async Task<int> RunAsync()
    {
        var data = Directory.CreateTempSubdirectory("vectorserver-bench-");
        try
        {
            await OpenBench.FillAsync(data.FullName, Rows, Dimension);
            Console.WriteLine($"## The first filtered query over HTTP, {Rows:N0} x {Dimension}\n\n{Machine.Describe()}\n");
            Console.WriteLine("| start | first query ms | median ms | first filtered ms | median filtered ms | times |\n|---|---:|---:|---:|---:|---:|");
            for (var round = 1; round <= Rounds; round++)
            {
                await using var server = await ServerProcess.StartAsync(directory: data.FullName);
                var opening = await TimeAsync(server, "");
                var first = await TimeAsync(server, """ ,"filter":{"group":3} """);
                var median = await MedianAsync(server, """ ,"filter":{"group":3} """);
                var plain = await MedianAsync(server, "");
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"| {round} | {opening:F1} | {plain:F1} | {first:F1} | {median:F1} | {first / median:F1} |"));
            }

            return 0;
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<double> MedianAsync(ServerProcess server, string filter)
    {
        var times = new double[Queries];
        for (var i = 0; i < Queries; i++)
            times[i] = await TimeAsync(server, filter);
        Array.Sort(times);
        return times[Queries / 2];
    }

    private static async Task<double> TimeAsync(ServerProcess server, string filter)
    {
        var vector = HttpBench.Numbers([.. Enumerable.Range(0, Dimension).Select(i => i == 0 ? 1f : 0.1f)]);
        var body = Encoding.UTF8.GetBytes($$"""{"topK":10,"vector":{{vector}}{{filter}}}""");
        var start = Stopwatch.GetTimestamp();
        _ = await server.PostAsync("/indexes/open/query", body);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
