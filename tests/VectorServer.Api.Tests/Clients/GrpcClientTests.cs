using Google.Protobuf;
using VectorServer.Api.Grpc.Proto;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Clients;

/// <summary>The metadata that each SDK sends with its calls, and what it cannot do without in the answers.</summary>
public sealed class GrpcClientTests
{
    [Fact]
    public async Task Calls_with_the_metadata_of_each_client_are_answered()
    {
        await using var index = await GrpcIndex.CreateAsync("18710-18719", ("ApiKeys:0", "key"));
        var clients = new Dictionary<string, (string Name, string Value)[]>
        {
            ["Python"] = [("x-pinecone-api-version", "2025-10"), ("x-request-id", "4f1c"), ("user-agent", "python-client[grpc]-8.0.0 grpc-python/1.74"), ("grpc-accept-encoding", "identity, deflate, gzip")],
            ["Java"] = [("x-pinecone-api-version", "2025-10"), ("user-agent", "lang=java; pineconeClientVersion=v6.0.0"), ("grpc-accept-encoding", "gzip")],
            ["Go"] = [("x-pinecone-api-version", "2026-07"), ("user-agent", "lang=go grpc-go/1.76.0")],
            [".NET"] = [("x-pinecone-api-version", "2025-04"), ("x-fern-language", "C#"), ("x-fern-sdk-name", "Pinecone"), ("x-fern-sdk-version", "4.0.2"), ("grpc-timeout", "30S"), ("grpc-accept-encoding", "identity,gzip,deflate")],
            ["Rust"] = [("user-agent", "tonic/0.11.0")],
        };

        foreach (var (client, metadata) in clients)
        {
            var reply = await index.Grpc.CallAsync("Upsert", Record(client), [("api-key", "key"), ("te", "trailers"), .. metadata]);

            Assert.True(reply.Status == "0", $"{client}: {reply.Status} {reply.Message}");
        }

        var stats = await StatsAsync(index, "2025-04", ("api-key", "key"));
        Assert.Equal(clients.Count, (int)stats.TotalVectorCount);
    }

    [Theory]
    [InlineData("application/grpc, application/json")]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    public async Task Another_content_type_beside_that_of_gRPC_does_no_harm(string contentType)
    {
        await using var index = await GrpcIndex.CreateAsync("18720-18729");

        // Go adds the content type of its REST calls to its metadata.
        var (status, message) = await index.Grpc.PostAsync("/VectorService/Upsert", GrpcClient.Frame(Record("a")), contentType);

        Assert.Equal(200, status);
        Assert.Equal("\0\0\0\0\u0002\b\u0001", message); // upserted_count: 1
    }

    [Theory]
    [InlineData("2025-04", "")]
    [InlineData("2025-10", "__default__")]
    public async Task Statistics_name_the_default_namespace_as_clients_of_the_version_look_it_up(string version, string name)
    {
        await using var index = await GrpcIndex.CreateAsync("18730-18739");
        await index.Grpc.CallAsync("Upsert", Record("a"));

        var stats = await StatsAsync(index, version);

        Assert.Equal(name, Assert.Single(stats.Namespaces).Key);
    }

    private static Task<DescribeIndexStatsResponse> StatsAsync(GrpcIndex index, string version, params (string Name, string Value)[] metadata) =>
        index.Grpc.CallAsync(
            "DescribeIndexStats", new DescribeIndexStatsRequest(), DescribeIndexStatsResponse.Parser, [("x-pinecone-api-version", version), .. metadata]);

    private static byte[] Record(string id) => new UpsertRequest { Vectors = { new Vector { Id = id, Values = { 1, 0 } } } }.ToByteArray();
}
