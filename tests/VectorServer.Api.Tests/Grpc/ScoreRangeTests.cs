using System.Text.Json;
using VectorServer.Api.Grpc.Proto;

namespace VectorServer.Api.Tests.Grpc;

/// <summary>Scores are ranked in double and written as float32.</summary>
public sealed class ScoreRangeTests
{
    [Fact]
    public async Task Scores_beyond_float32_keep_their_order_and_are_cut_alike_by_REST_and_gRPC()
    {
        await using var index = await GrpcIndex.CreateAsync("18950-18959");
        await index.PostAsync("/vectors/upsert", """
            {"vectors": [{"id": "b", "values": [1e20, 0]}, {"id": "a", "values": [2e20, 0]}, {"id": "c", "values": [1, 0]}, {"id": "d", "values": [-3e20, 0]}]}
            """);

        var rest = await index.PostAsync("/query", """{"topK": 4, "vector": [1e30, 0]}""");
        var grpc = await index.Grpc.CallAsync("Query", new QueryRequest { TopK = 4, Vector = { 1e30f, 0 } }, QueryResponse.Parser);

        JsonElement[] matches = [.. rest.Json.GetProperty("matches").EnumerateArray()];
        Assert.Equal(["a", "b", "c", "d"], matches.Select(match => match.GetProperty("id").GetString()));
        Assert.Equal([float.MaxValue, float.MaxValue, 1e30f, float.MinValue], matches.Select(match => match.GetProperty("score").GetSingle()));
        Assert.Equal(matches.Select(match => match.GetProperty("id").GetString()), grpc.Matches.Select(match => match.Id));
        Assert.Equal(matches.Select(match => match.GetProperty("score").GetSingle()), grpc.Matches.Select(match => match.Score));
    }
}
