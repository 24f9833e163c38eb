using System.Text;

namespace VectorServer.Benchmarks;

/// <summary>What does a client gain by gRPC over REST, and what does a request cost the server in each? Or: what does gRPC cost in two builds of it?</summary>
/// <remarks>Both sides send the same data, encoded before the clock starts, from as many clients, in turn.</remarks>
internal static class GrpcBench
{
    private const int Dimension = 384;
    private const int BatchRows = 100;
    private const int UpsertBatches = 100;
    private const int QueryRows = 20_000;
    private const int QueriesPerRound = 1000;
    private const int Rounds = 9;

    /// <param name="servers">Two server assemblies to compare; none for REST beside gRPC on the one that was built with the bench.</param>
    public static async Task<int> RunAsync(string[] servers)
    {
        var (one, other) = servers is [_, _] ? ("server 1", "server 2") : ("REST", "gRPC");
        Console.WriteLine($"## gRPC beside {(servers is [_, _] ? "gRPC" : "REST")}, server and {HttpBench.Clients} clients on one machine, medians of {Rounds} interleaved rounds\n");
        Console.WriteLine($"{Machine.Describe()}\n");
        Console.WriteLine($"| work | {one} | {other} | {other} / {one} | server CPU, ms a request: {one} | {other} | ratio |\n|---|---:|---:|---:|---:|---:|---:|");
        var vectors = new float[QueryRows * Dimension];
        RandomVectors.Fill(new Random(1), vectors, Dimension);
        foreach (var durability in new[] { "os", "fsync" })
        {
            await using var peers = await Peers.StartAsync(servers, durability);
            await UpsertAsync(peers, vectors, durability);
        }

        await using (var peers = await Peers.StartAsync(servers, "os"))
            await QueryAsync(peers, vectors);
        return 0;
    }

    private static Task UpsertAsync(Peers peers, float[] vectors, string durability)
    {
        byte[][] Bodies(Func<float[], int, int, int, byte[]> encode) =>
            [.. Enumerable.Range(0, UpsertBatches).Select(batch => encode(vectors, Dimension, batch * BatchRows, BatchRows))];
        return CompareAsync(
            $"upsert of {BatchRows} x {Dimension}, `{durability}`, vectors/s",
            BatchRows,
            peers.Sides(rest: "vectors/upsert", Bodies(HttpBench.UpsertBody), "Upsert", Bodies(GrpcBodies.Upsert)),
            index: null);
    }

    private static async Task QueryAsync(Peers peers, float[] vectors)
    {
        foreach (var server in peers.Servers)
        {
            await server.CreateIndexAsync("queried", Dimension, "auto");
            for (var row = 0; row < QueryRows; row += BatchRows)
                await server.PostAsync("/indexes/queried/vectors/upsert", HttpBench.UpsertBody(vectors, Dimension, row, BatchRows));
        }

        var queries = new float[QueriesPerRound * Dimension];
        RandomVectors.Fill(new Random(2), queries, Dimension);
        foreach (var (topK, values) in new[] { (10, false), (100, true) })
        {
            byte[] Rest(int i) => Encoding.UTF8.GetBytes(
                $$"""{"topK":{{topK}},"includeValues":{{(values ? "true" : "false")}},"vector":{{HttpBench.Numbers(queries.AsSpan(i * Dimension, Dimension))}}}""");
            await CompareAsync(
                $"query of {QueryRows:N0} x {Dimension}, topK {topK}{(values ? " with values" : "")}, queries/s",
                1,
                peers.Sides("query", Bodies(Rest), "Query", Bodies(i => GrpcBodies.Query(queries.AsSpan(i * Dimension, Dimension), topK, values))),
                "queried");
        }

        static byte[][] Bodies(Func<int, byte[]> encode) => [.. Enumerable.Range(0, QueriesPerRound).Select(encode)];
    }

    // Without an index each round has a fresh one.
    private static async Task CompareAsync(string work, int unitsPerRequest, Side[] sides, string? index)
    {
        for (var round = -1; round < Rounds; round++)
        {
            // Each side goes first in every other round. The round before the first warms up and does not count.
            foreach (var side in round % 2 == 0 ? sides : sides.Reverse())
            {
                if (index is null)
                    await side.Server.CreateIndexAsync("fresh", Dimension, "float32");
                var before = side.Server.ProcessorTime;
                var (seconds, _) = await HttpBench.TimeAsync(side.Bodies, body => side.Send(index ?? "fresh", body));
                if (round >= 0)
                {
                    side.Rates.Add(side.Bodies.Length * unitsPerRequest / seconds);
                    side.CostsMs.Add((side.Server.ProcessorTime - before).TotalMilliseconds / side.Bodies.Length);
                }

                if (index is null)
                    await side.Server.DeleteIndexAsync("fresh");
            }
        }

        var (rate, otherRate, cost, otherCost) = (Median(sides[0].Rates), Median(sides[1].Rates), Median(sides[0].CostsMs), Median(sides[1].CostsMs));
        Console.WriteLine($"| {work} | {rate:N0} | {otherRate:N0} | {otherRate / rate:F2} | {cost:F2} | {otherCost:F2} | {otherCost / cost:F2} |");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Side(ServerProcess Server, byte[][] Bodies, Func<string, byte[], Task> Send)
    {
        public List<double> Rates { get; } = [];

        public List<double> CostsMs { get; } = [];
    }

    /// <summary>One server or two.</summary>
    private sealed class Peers(ServerProcess[] servers) : IAsyncDisposable
    {
        private readonly GrpcCaller[] _callers = [.. servers.Select(server => new GrpcCaller(server.Address))];

        public ServerProcess[] Servers => servers;

        public static async Task<Peers> StartAsync(string[] paths, string durability)
        {
            var servers = new List<ServerProcess>();
            foreach (var path in paths is [_, _] ? paths : [ServerProcess.OwnServer])
                servers.Add(await ServerProcess.StartAsync(durability, server: path));
            return new Peers([.. servers]);
        }

        public Side[] Sides(string rest, byte[][] restBodies, string method, byte[][] grpcBodies)
        {
            Side[] grpc = [.. servers.Zip(_callers, (server, caller) => new Side(server, grpcBodies, (index, body) => caller.CallAsync(index, method, body)))];
            return grpc is [var only] ? [new Side(only.Server, restBodies, (index, body) => only.Server.PostAsync($"/indexes/{index}/{rest}", body)), only] : grpc;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (server, caller) in servers.Zip(_callers))
            {
                caller.Dispose();
                await server.DisposeAsync();
            }
        }
    }
}
