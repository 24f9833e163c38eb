using System.Text;

namespace VectorServer.Benchmarks;

/// <summary>What does a client gain by gRPC over REST, and what does a request cost the server in each?</summary>
/// <remarks>Both send the same data, encoded before the clock starts, from as many clients, in turn on one server.</remarks>
internal static class GrpcBench
{
    private const int Dimension = 384;
    private const int BatchRows = 100;
    private const int UpsertBatches = 100;
    private const int QueryRows = 20_000;
    private const int QueriesPerRound = 1000;
    private const int Rounds = 9;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"## gRPC beside REST, server and {HttpBench.Clients} clients on one machine, medians of {Rounds} interleaved rounds\n");
        Console.WriteLine($"{Machine.Describe()}\n");
        Console.WriteLine("| work | REST | gRPC | gRPC / REST | server CPU, ms a request: REST | gRPC | ratio |\n|---|---:|---:|---:|---:|---:|---:|");
        var vectors = new float[QueryRows * Dimension];
        RandomVectors.Fill(new Random(1), vectors, Dimension);
        foreach (var durability in new[] { "os", "fsync" })
        {
            await using var server = await ServerProcess.StartAsync(durability);
            using var grpc = new GrpcCaller(server.Address);
            await UpsertAsync(server, grpc, vectors, durability);
        }

        await using (var server = await ServerProcess.StartAsync("os"))
        {
            using var grpc = new GrpcCaller(server.Address);
            await QueryAsync(server, grpc, vectors);
        }

        return 0;
    }

    private static async Task UpsertAsync(ServerProcess server, GrpcCaller grpc, float[] vectors, string durability)
    {
        byte[][] Bodies(Func<float[], int, int, int, byte[]> encode) =>
            [.. Enumerable.Range(0, UpsertBatches).Select(batch => encode(vectors, Dimension, batch * BatchRows, BatchRows))];
        await CompareAsync(
            server,
            $"upsert of {BatchRows} x {Dimension}, `{durability}`, vectors/s",
            BatchRows,
            new Side("rest", Bodies(HttpBench.UpsertBody), index => body => server.PostAsync($"/indexes/{index}/vectors/upsert", body)),
            new Side("grpc", Bodies(GrpcBodies.Upsert), index => body => grpc.CallAsync(index, "Upsert", body)),
            freshIndexes: true);
    }

    private static async Task QueryAsync(ServerProcess server, GrpcCaller grpc, float[] vectors)
    {
        await server.CreateIndexAsync("queried", Dimension, "auto");
        for (var row = 0; row < QueryRows; row += BatchRows)
            await server.PostAsync("/indexes/queried/vectors/upsert", HttpBench.UpsertBody(vectors, Dimension, row, BatchRows));

        var queries = new float[QueriesPerRound * Dimension];
        RandomVectors.Fill(new Random(2), queries, Dimension);
        foreach (var (topK, values) in new[] { (10, false), (100, true) })
        {
            byte[] Rest(int i) => Encoding.UTF8.GetBytes(
                $$"""{"topK":{{topK}},"includeValues":{{(values ? "true" : "false")}},"vector":{{HttpBench.Numbers(queries.AsSpan(i * Dimension, Dimension))}}}""");
            await CompareAsync(
                server,
                $"query of {QueryRows:N0} x {Dimension}, topK {topK}{(values ? " with values" : "")}, queries/s",
                1,
                new Side("queried", Bodies(Rest), index => body => server.PostAsync($"/indexes/{index}/query", body)),
                new Side("queried", Bodies(i => GrpcBodies.Query(queries.AsSpan(i * Dimension, Dimension), topK, values)), index => body => grpc.CallAsync(index, "Query", body)),
                freshIndexes: false);
        }

        static byte[][] Bodies(Func<int, byte[]> encode) => [.. Enumerable.Range(0, QueriesPerRound).Select(encode)];
    }

    private static async Task CompareAsync(ServerProcess server, string work, int unitsPerRequest, Side rest, Side grpc, bool freshIndexes)
    {
        Side[] sides = [rest, grpc];
        for (var round = -1; round < Rounds; round++)
        {
            // Each side goes first in every other round. The round before the first warms up and does not count.
            foreach (var side in round % 2 == 0 ? sides : sides.Reverse())
            {
                if (freshIndexes)
                    await server.CreateIndexAsync(side.Index, Dimension, "float32");
                var before = server.ProcessorTime;
                var (seconds, _) = await HttpBench.TimeAsync(side.Bodies, side.Send(side.Index));
                if (round >= 0)
                {
                    side.Rates.Add(side.Bodies.Length * unitsPerRequest / seconds);
                    side.CostsMs.Add((server.ProcessorTime - before).TotalMilliseconds / side.Bodies.Length);
                }

                if (freshIndexes)
                    await server.DeleteIndexAsync(side.Index);
            }
        }

        var (restRate, grpcRate, restCost, grpcCost) = (Median(rest.Rates), Median(grpc.Rates), Median(rest.CostsMs), Median(grpc.CostsMs));
        Console.WriteLine($"| {work} | {restRate:N0} | {grpcRate:N0} | {grpcRate / restRate:F2} | {restCost:F2} | {grpcCost:F2} | {grpcCost / restCost:F2} |");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Side(string Index, byte[][] Bodies, Func<string, Func<byte[], Task>> Send)
    {
        public List<double> Rates { get; } = [];

        public List<double> CostsMs { get; } = [];
    }
}
