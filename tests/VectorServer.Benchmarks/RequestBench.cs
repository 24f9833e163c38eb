using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace VectorServer.Benchmarks;

/// <summary>What does a request cost beside its work? Clients that only move bytes, on servers that are asked in turn.</summary>
internal static class RequestBench
{
    private const int Dimension = 384;
    private const int IndexRows = 1000;
    private const int GraphRows = 20_000;
    private const int HiddenDimension = 24; // of the graph's vectors, as embeddings have fewer than they are long
    private const int RecallQueries = 200;
    private const int BatchRows = 100;
    private const int Batches = 256; // more than a server writes in a round, so that no record is replaced
    private const int NamespaceLength = 8;
    private const int Clients = 4;
    private const int Rounds = 7;
    private static readonly TimeSpan RoundLength = TimeSpan.FromSeconds(1);

    /// <param name="servers">Server assemblies to compare; none for the one that was built with the bench.</param>
    public static async Task<int> RunAsync(string[] servers)
    {
        string[] paths = servers.Length == 0 ? [ServerProcess.OwnServer] : servers;
        var vectors = new float[Batches * BatchRows * Dimension];
        Fill(new Random(1), vectors);
        var processes = new List<ServerProcess>();
        try
        {
            foreach (var path in paths)
                processes.Add(await StartAsync(path, vectors));
            Console.WriteLine($"## Requests a second, {Clients} connections on the server's machine, median of {Rounds} interleaved rounds\n\n{Machine.Describe()}\n");
            Console.WriteLine($"| work | {string.Join(" | ", paths.Select((_, i) => $"server {i + 1} | CPU us"))} |");
            Console.WriteLine($"|---|{string.Concat(paths.Select(_ => "---:|---:|"))}");
            await CompareAsync(processes, "probe, requests/s", 1, [Request("GET", "/healthz", [])]);
            await CompareAsync(processes, $"query of {IndexRows} x {Dimension}, topK 10, requests/s", 1, Queries(vectors, "", "queried"));
            await CompareAsync(processes, $"query of {GraphRows} x {Dimension} by HNSW, requests/s", 1, Queries(vectors, "", "graph"));
            await CompareAsync(processes, "the same with values, requests/s", 1, Queries(vectors, ",\"includeValues\":true", "queried"));
            await CompareAsync(processes, $"durable upsert of {BatchRows} x {Dimension}, vectors/s", BatchRows, Upserts(vectors, "upserted"), EnterNamespace);
        }
        finally
        {
            foreach (var process in processes)
                await process.DisposeAsync();
        }

        return 0;
    }

    private static async Task<ServerProcess> StartAsync(string path, float[] vectors)
    {
        var server = await ServerProcess.StartAsync(server: path, logsRequests: true);
        await server.CreateIndexAsync("queried", Dimension, "float32");
        await server.CreateIndexAsync("upserted", Dimension, "float32");
        for (var row = 0; row < IndexRows; row += BatchRows)
            await server.PostAsync("/indexes/queried/vectors/upsert", HttpBench.UpsertBody(vectors, Dimension, row, BatchRows));

        await server.CreateIndexAsync("graph", Dimension, new Dictionary<string, string> { ["vs_index"] = "hnsw" });
        for (var row = 0; row < GraphRows; row += BatchRows)
            await server.PostAsync("/indexes/graph/vectors/upsert", HttpBench.UpsertBody(vectors, Dimension, row, BatchRows));
        await server.WaitUntilIndexedAsync("graph", GraphRows);
        Console.Error.WriteLine($"{path}: recall@10 of the graph {await RecallAsync(server, vectors):F3}");
        return server;
    }

    private static async Task<double> RecallAsync(ServerProcess server, float[] vectors)
    {
        async Task<string[]> AskAsync(int i, string more)
        {
            var body = $$"""{"topK":10,"vector":{{HttpBench.Numbers(vectors.AsSpan(i * Dimension, Dimension))}}{{more}}}""";
            using var answer = JsonDocument.Parse(await server.PostAsync("/indexes/graph/query", Encoding.UTF8.GetBytes(body)));
            return [.. answer.RootElement.GetProperty("matches").EnumerateArray().Select(match => match.GetProperty("id").GetString()!)];
        }

        var found = 0;
        for (var i = 0; i < RecallQueries; i++)
            found += (await AskAsync(i, "")).Intersect(await AskAsync(i, ",\"exact\":true")).Count();
        return found / (10.0 * RecallQueries);
    }

    private static void Fill(Random random, float[] vectors)
    {
        var axes = new float[HiddenDimension * Dimension];
        var hidden = new float[HiddenDimension];
        RandomVectors.Fill(random, axes, Dimension);
        RandomVectors.Fill(random, vectors, Dimension);
        for (var row = vectors.AsSpan(); !row.IsEmpty; row = row[Dimension..])
        {
            RandomVectors.Fill(random, hidden, HiddenDimension);
            for (var i = 0; i < Dimension; i++)
            {
                row[i] *= 0.3f;
                for (var axis = 0; axis < HiddenDimension; axis++)
                    row[i] += hidden[axis] * axes[(axis * Dimension) + i];
            }
        }
    }

    private static byte[][] Queries(float[] vectors, string more, string index) =>
    [
        .. Enumerable.Range(0, IndexRows).Select(i => Request(
            "POST",
            $"/indexes/{index}/query",
            Encoding.UTF8.GetBytes($$"""{"topK":10,"vector":{{HttpBench.Numbers(vectors.AsSpan(i * Dimension, Dimension))}}{{more}}}"""))),
    ];

    private static byte[][] Upserts(float[] vectors, string index)
    {
        var ending = Encoding.ASCII.GetBytes($$""","namespace":"{{new string('0', NamespaceLength)}}"}""");
        return
        [
            .. Enumerable.Range(0, Batches).Select(batch => Request(
                "POST",
                $"/indexes/{index}/vectors/upsert",
                [.. HttpBench.UpsertBody(vectors, Dimension, batch * BatchRows, BatchRows)[..^1], .. ending])),
        ];
    }

    // Each round writes to a namespace of its own, named by the last bytes of the bodies.
    private static void EnterNamespace(byte[][] requests, int round)
    {
        var name = Encoding.ASCII.GetBytes(round.ToString("D" + NamespaceLength, CultureInfo.InvariantCulture));
        foreach (var request in requests)
            name.CopyTo(request, request.Length - NamespaceLength - "\"}".Length);
    }

    private static async Task CompareAsync(List<ServerProcess> servers, string work, int perRequest, byte[][] requests, Action<byte[][], int>? prepare = null)
    {
        var rates = servers.Select(_ => new double[Rounds]).ToArray();
        var costs = servers.Select(_ => new double[Rounds]).ToArray();
        for (var round = -1; round < Rounds; round++)
        {
            prepare?.Invoke(requests, round + 1);
            for (var i = 0; i < servers.Count; i++)
            {
                var before = servers[i].ProcessorTime;
                var count = await SendAsync(servers[i].Address, requests);
                if (round < 0)
                    continue; // warms up
                rates[i][round] = count * perRequest / RoundLength.TotalSeconds;
                costs[i][round] = (servers[i].ProcessorTime - before).TotalMicroseconds / count;
            }
        }

        var columns = rates.Zip(costs, (rate, cost) => string.Create(CultureInfo.InvariantCulture, $"{Median(rate):N0} | {Median(cost):F0}"));
        Console.WriteLine($"| {work} | {string.Join(" | ", columns)} |");
    }

    /// <summary>Sends requests for one round from all clients.</summary>
    /// <returns>How many were answered.</returns>
    private static async Task<int> SendAsync(Uri address, byte[][] requests)
    {
        using var end = new CancellationTokenSource(RoundLength);
        var answered = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            using var connection = new TcpClient(address.Host, address.Port) { NoDelay = true };
            var stream = connection.GetStream();
            var buffer = new byte[1 << 20];
            var count = 0;
            for (var i = client; !end.IsCancellationRequested; i += Clients)
            {
                await stream.WriteAsync(requests[i % requests.Length]);
                await ReadAnswerAsync(stream, buffer);
                count++;
            }

            return count;
        })));
        return answered.Sum();
    }

    private static async Task ReadAnswerAsync(NetworkStream stream, byte[] buffer)
    {
        var count = 0;
        do
        {
            var read = await stream.ReadAsync(buffer.AsMemory(count));
            count += read > 0 ? read : throw new InvalidOperationException("The server closed the connection");
        }
        while (!IsWhole(buffer.AsSpan(0, count)));
        if (!buffer.AsSpan(0, count).StartsWith("HTTP/1.1 200"u8))
            throw new InvalidOperationException(Encoding.UTF8.GetString(buffer, 0, count));
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        var length = answer[..head].IndexOf("Content-Length: "u8);
        return length < 0
            ? answer.EndsWith("\r\n0\r\n\r\n"u8)
            : System.Buffers.Text.Utf8Parser.TryParse(answer[(length + 16)..], out int bytes, out _) && answer.Length == head + 4 + bytes;
    }

    private static byte[] Request(string method, string path, byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
