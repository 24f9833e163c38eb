using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace VectorServer.Benchmarks;

/// <summary>What does a client on the same machine get over HTTP: durable upserts and queries a second, and with what recall?</summary>
internal static class HttpBench
{
    private const int Dimension = 384;
    private const int BatchRows = 100;
    private const int UpsertBatches = 500;
    internal const int Clients = 4;
    private const int TopK = 10;
    private const int QueryRounds = 10;

    private static readonly (string Name, Dictionary<string, string> Tags)[] Levels =
    [
        ("float32", Tag("float32")),
        ("spectral_k64", Tag("spectral_k64")),
        ("spectral_4bit", Tag("spectral_4bit")),
        ("spectral_2bit", Tag("spectral_2bit")),
        ("hnsw", new() { ["vs_index"] = "hnsw" }),
        ("hnsw, ef 64", new() { ["vs_index"] = "hnsw", ["vs_hnsw_ef"] = "64" }),
    ];

    /// <param name="directory">Holds vectors.npy, queries.npy and cosine_top100.npy; null for upserts only.</param>
    public static async Task<int> RunAsync(string? directory)
    {
        await using var server = await ServerProcess.StartAsync();
        Console.WriteLine($"## Over HTTP, server and {Clients} client connections on one machine\n\n{Machine.Describe()}\n");
        Console.WriteLine("| work | rate | p50 ms | p95 ms | p99 ms | recall@10 |\n|---|---:|---:|---:|---:|---:|");
        await UpsertAsync(server);
        if (directory is null)
            return 0;
        foreach (var (name, tags) in Levels)
            await QueryAsync(server, directory, name, tags);
        return 0;
    }

    private static Dictionary<string, string> Tag(string compression) => new() { ["vs_compression"] = compression, ["vs_index"] = "flat" };

    private static async Task UpsertAsync(ServerProcess server)
    {
        var rows = new float[BatchRows * UpsertBatches * Dimension];
        RandomVectors.Fill(new Random(1), rows, Dimension);
        var bodies = Enumerable.Range(0, UpsertBatches).Select(batch => UpsertBody(rows, Dimension, batch * BatchRows, BatchRows)).ToArray();
        await server.CreateIndexAsync("upsert", Dimension, "float32");
        var (seconds, latencies) = await TimeAsync(bodies, body => server.PostAsync("/indexes/upsert/vectors/upsert", body));
        Report($"durable upsert, {BatchRows} x {Dimension} a request", $"{BatchRows * UpsertBatches / seconds:N0} vectors/s", latencies, "");
    }

    private static async Task QueryAsync(ServerProcess server, string directory, string level, Dictionary<string, string> tags)
    {
        var (vectors, rowCount, dimension) = NpyFile.ReadFloats(Path.Combine(directory, "vectors.npy"));
        var (queries, queryCount, _) = NpyFile.ReadFloats(Path.Combine(directory, "queries.npy"));
        var (truth, _, truthColumns) = NpyFile.ReadIntegers(Path.Combine(directory, "cosine_top100.npy"));
        const string name = "queried";
        await server.CreateIndexAsync(name, dimension, tags);
        for (var row = 0; row < rowCount; row += BatchRows)
            await server.PostAsync($"/indexes/{name}/vectors/upsert", UpsertBody(vectors, dimension, row, Math.Min(BatchRows, rowCount - row)));

        if (tags["vs_index"] != "flat")
            await server.WaitUntilIndexedAsync(name, rowCount);
        var bodies = Enumerable.Range(0, queryCount)
            .Select(i => Encoding.UTF8.GetBytes($$"""{"topK":{{TopK}},"vector":{{Numbers(queries.AsSpan(i * dimension, dimension))}}}"""))
            .ToArray();
        var found = 0;
        for (var i = 0; i < queryCount; i++)
        {
            using var answer = JsonDocument.Parse(await server.PostAsync($"/indexes/{name}/query", bodies[i]));
            var expected = truth.AsSpan(i * truthColumns, TopK).ToArray();
            found += answer.RootElement.GetProperty("matches").EnumerateArray()
                .Count(match => expected.Contains(int.Parse(match.GetProperty("id").GetString()!, CultureInfo.InvariantCulture)));
        }

        var rounds = Enumerable.Repeat(bodies, QueryRounds).SelectMany(body => body).ToArray();
        var (seconds, latencies) = await TimeAsync(rounds, body => server.PostAsync($"/indexes/{name}/query", body));
        Report($"query of {rowCount:N0} x {dimension}, {level}", $"{rounds.Length / seconds:N0} queries/s", latencies, $"{found / (double)(queryCount * TopK):F3}");
        await server.DeleteIndexAsync(name);
    }

    /// <summary>Sends all bodies from as many clients as <see cref="Clients"/>; latencies come sorted.</summary>
    internal static async Task<(double Seconds, double[] LatenciesMs)> TimeAsync(byte[][] bodies, Func<byte[], Task> send)
    {
        var latencies = new double[bodies.Length];
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < bodies.Length;)
            {
                var sent = Stopwatch.GetTimestamp();
                await send(bodies[i]);
                latencies[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            }
        }));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(latencies);
        return (seconds, latencies);
    }

    private static void Report(string work, string rate, double[] latencies, string recall)
    {
        string At(double share) => latencies[(int)(share * (latencies.Length - 1))].ToString("F2", CultureInfo.InvariantCulture);
        Console.WriteLine($"| {work} | {rate} | {At(0.5)} | {At(0.95)} | {At(0.99)} | {recall} |");
    }

    internal static byte[] UpsertBody(float[] vectors, int dimension, int first, int count)
    {
        var records = Enumerable.Range(first, count)
            .Select(row => $$"""{"id":"{{row}}","values":{{Numbers(vectors.AsSpan(row * dimension, dimension))}},"metadata":{"group":{{row % 10}} } }""");
        return Encoding.UTF8.GetBytes($$"""{"vectors":[{{string.Join(',', records)}}]}""");
    }

    internal static string Numbers(ReadOnlySpan<float> values) => JsonSerializer.Serialize(values.ToArray());
}

/// <summary>The server in a process of its own, on a free port and a fresh data directory.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>The server that was built with the bench.</summary>
    public static readonly string OwnServer = Path.Combine(AppContext.BaseDirectory, "VectorServer.Api.dll");

    private readonly Process _process;
    private readonly DirectoryInfo _data;
    private readonly HttpClient _client;

    private readonly bool _keepsData;

    private ServerProcess(Process process, DirectoryInfo data, HttpClient client, bool keepsData) =>
        (_process, _data, _client, _keepsData) = (process, data, client, keepsData);

    public Uri Address => _client.BaseAddress!;

    /// <summary>Processor time it used so far, on all cores.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="durability">As in the settings.</param>
    /// <param name="server">The server's assembly; null for the one that was built with the bench.</param>
    /// <param name="logsRequests">As it does by default, to a pipe that is read and thrown away.</param>
    /// <param name="directory">Of its data, which it keeps; null for one that goes with it.</param>
    public static async Task<ServerProcess> StartAsync(
        string durability = "fsync", string? server = null, bool logsRequests = false, string? directory = null)
    {
        var data = directory is null ? Directory.CreateTempSubdirectory("vectorserver-bench-") : new DirectoryInfo(directory);
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [server ?? OwnServer]) { RedirectStandardOutput = true };
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["VECTORSERVER_DATA"] = data.FullName;
        start.Environment["VECTORSERVER_DURABILITY"] = durability;
        if (!logsRequests)
            start.Environment["Serilog__MinimumLevel__Default"] = "Warning";
        var process = Process.Start(start)!;
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        var client = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
        client.DefaultRequestHeaders.Add("X-Pinecone-Api-Version", "2025-04");
        while (true)
        {
            try
            {
                if ((await client.GetAsync("/readyz")).IsSuccessStatusCode)
                    return new ServerProcess(process, data, client, keepsData: directory is not null);
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    public Task CreateIndexAsync(string name, int dimension, string compression) =>
        CreateIndexAsync(name, dimension, new Dictionary<string, string> { ["vs_compression"] = compression });

    public Task CreateIndexAsync(string name, int dimension, IReadOnlyDictionary<string, string> tags) => PostAsync("/indexes", JsonSerializer.SerializeToUtf8Bytes(new
    {
        name,
        dimension,
        metric = "cosine",
        spec = new { serverless = new { cloud = "aws", region = "us-east-1" } },
        tags,
    }));

    /// <summary>Waits until the approximate index holds nearly all rows, as far as it is built in the background.</summary>
    public async Task WaitUntilIndexedAsync(string index, int rows)
    {
        const int tail = 1000; // so many are left to the scan
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/indexes/{index}/describe_index_stats");
            request.Headers.Add("x-vectorserver-extensions", "storage");
            using var response = await _client.SendAsync(request);
            using var stats = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            var namespaces = stats.RootElement.GetProperty("storage").EnumerateObject(); // one, whatever this version of the wire calls it
            if (namespaces.Sum(ns => ns.Value.GetProperty("indexed_rows").GetInt32()) > rows - tail)
                return;
            await Task.Delay(200);
        }
    }

    public async Task DeleteIndexAsync(string name)
    {
        using var response = await _client.DeleteAsync($"/indexes/{name}");
        response.EnsureSuccessStatusCode();
    }

    public async Task<byte[]> PostAsync(string path, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await _client.PostAsync(path, content);
        var answer = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode
            ? answer
            : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {Encoding.UTF8.GetString(answer)}");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (!_keepsData)
            _data.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
