using System.Diagnostics;
using System.Globalization;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>
/// An hour of clients at work on data that does not grow: with <c>VECTORSERVER_LONG=1</c>, of <c>VECTORSERVER_SOAK_MINUTES</c>. What the process holds
/// after the first sixth must do for the rest.
/// </summary>
[Collection(FuzzAlone.Name)]
public sealed class SoakTests
{
    private const int Clients = 4;
    private const int Dimension = 16;
    private const int Ids = 2_000;
    private const int Samples = 24;

    // Above the highest of the first samples: of the heap, of memory that only the process can give back, of files and sockets.
    private const long HeapBytes = 48 << 20;
    private const long HeldBytes = 192 << 20;
    private const int Handles = 60;

    [Fact]
    public async Task Memory_and_handles_stay_flat_under_mixed_load()
    {
        Assert.SkipUnless(FuzzSize.IsLong, "Set VECTORSERVER_LONG=1");
        var minutes = int.TryParse(Environment.GetEnvironmentVariable("VECTORSERVER_SOAK_MINUTES"), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : 60;
        var output = TestContext.Current.TestOutputHelper!;
        await using var server = await FuzzServer.StartAsync("18900-18949");
        await server.CreateAsync("soak", "cosine", Dimension);

        var samples = new List<Sample>();
        var requests = 0;
        for (var part = 0; part < Samples; part++)
        {
            using var end = new CancellationTokenSource(TimeSpan.FromMinutes(minutes) / Samples);
            var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => WorkAsync(server, new Random(HashCode.Combine(FuzzSize.Seed, part, client)), client, end.Token)));
            requests += counts.Sum();
            samples.Add(Sample.Take());
            output.WriteLine($"{requests,10:n0} requests, {samples[^1]}");
        }

        await server.AssertWellAsync();
        var (first, rest) = (samples.Take(Samples / 6).ToList(), samples.Skip(Samples / 6).ToList());
        AssertFlat("heap", sample => sample.HeapBytes, HeapBytes);
        AssertFlat("held memory", sample => sample.HeldBytes, HeldBytes);
        AssertFlat("handles", sample => sample.Handles, Handles);

        // The median of the last third, so that a file open at one look is no leak.
        void AssertFlat(string what, Func<Sample, long> of, long budget)
        {
            var last = rest.TakeLast(Samples / 3).Select(of).Order().ElementAt(Samples / 6);
            Assert.True(last - first.Max(of) < budget, $"{what} went from {first.Max(of):n0} to {last:n0}");
        }
    }

    private static async Task<int> WorkAsync(FuzzServer server, Random random, int client, CancellationToken end)
    {
        var count = 0;
        for (; !end.IsCancellationRequested; count++)
        {
            var (method, path, body) = Next(random, client);
            var status = await server.StatusAsync(method, path, body);
            Assert.True(status is < 500 and not 429, $"{method} {path}: {status}");
        }

        return count;
    }

    private static (HttpMethod Method, string Path, string? Body) Next(Random random, int client)
    {
        const string Index = "/indexes/soak";
        var ns = random.Next(4) == 0 ? $"t{client}" : "n";
        switch (random.Next(1_000))
        {
            case < 300:
                var records = Enumerable.Range(0, random.Next(1, 20)).Select(_ => $$"""{"id": "{{random.Next(Ids)}}", "values": {{Vector(random)}}, "metadata": {"g": "{{random.Next(50)}}", "t": "{{random.Next(Ids)}}"} }""");
                return (HttpMethod.Post, $"{Index}/vectors/upsert", $$"""{"namespace": "{{ns}}", "vectors": [{{string.Join(',', records)}}]}""");
            case < 600:
                return (HttpMethod.Post, $"{Index}/query", $$"""{"namespace": "{{ns}}", "vector": {{Vector(random)}}, "topK": 10, "includeMetadata": true, "filter": {"g": {"$ne": "{{random.Next(50)}}"} } }""");
            case < 700:
                return (HttpMethod.Get, $"{Index}/vectors/fetch?namespace={ns}&ids={random.Next(Ids)}&ids={random.Next(Ids)}", null);
            case < 800:
                return (HttpMethod.Post, $"{Index}/vectors/delete", $$"""{"namespace": "{{ns}}", "ids": ["{{random.Next(Ids)}}"]}""");
            case < 850:
                return (HttpMethod.Post, $"{Index}/vectors/update", $$"""{"namespace": "{{ns}}", "id": "{{random.Next(Ids)}}", "setMetadata": {"g": "{{random.Next(50)}}"} }""");
            case < 900:
                return (HttpMethod.Get, $"{Index}/vectors/list?namespace={ns}&limit=50", null);
            case < 950:
                return (HttpMethod.Get, $"{Index}/describe_index_stats", null);
            case < 980:
                return (HttpMethod.Get, "/metrics", null);
            case < 985:
                return (HttpMethod.Delete, $"{Index}/namespaces/t{client}", null);
            case < 995:
                return (HttpMethod.Post, $"{Index}/maintenance/compact?namespace={ns}", "");
            case < 998:
                return (HttpMethod.Post, "/indexes/soak/vectors/query", "{");
            default:
                return (HttpMethod.Post, $"{Index}/maintenance/flush", "");
        }
    }

    private static string Vector(Random random) =>
        "[" + string.Join(',', Enumerable.Range(0, Dimension).Select(_ => random.NextSingle().ToString("R", CultureInfo.InvariantCulture))) + "]";

    private sealed record Sample(long HeapBytes, long HeldBytes, long Handles, int Threads)
    {
        public static Sample Take()
        {
            var heap = MemoryBudget.HeldBytes();
            using var process = Process.GetCurrentProcess();
            return new Sample(heap, new VectorServer.Api.Limits.ProcessMemory().HeldBytes(), process.HandleCount, process.Threads.Count);
        }

        public override string ToString() => $"heap {HeapBytes >> 10:n0} KiB, held {HeldBytes >> 10:n0} KiB, {Handles} handles, {Threads} threads";
    }
}
