using Google.Protobuf.WellKnownTypes;
using VectorServer.Api.Grpc.Proto;

namespace VectorServer.Api.Tests.Grpc;

/// <summary>What real clients meet, over gRPC as over REST.</summary>
public sealed class RealClientTests
{
    [Theory]
    [InlineData(".", "18745-18746")]
    [InlineData("..", "18747-18748")]
    public async Task A_namespace_that_no_path_can_name_is_not_made(string name, string ports)
    {
        await using var index = await GrpcIndex.CreateAsync(ports);
        var json = $$"""{"vectors": [{"id": "a", "values": [1, 0]}], "namespace": "{{name}}"}""";

        Assert.Contains("Namespace name must not be", (await index.PostAsync("/vectors/upsert", json)).Body, StringComparison.Ordinal);
        var made = await index.PostAsync("/namespaces", $$"""{"name": "{{name}}"}""");
        Assert.Equal((400, 3), (made.Status, made.Json.GetProperty("code").GetInt32()));
        (await index.Grpc.CallAsync("Upsert", Message(new UpsertRequest { Namespace = name, Vectors = { new Vector { Id = "a", Values = { 1, 0 } } } })))
            .AssertRefused(3, "Namespace name must not be");
        (await index.Grpc.CallAsync("CreateNamespace", Message(new CreateNamespaceRequest { Name = name }))).AssertRefused(3, "Namespace name must not be");

        Assert.Equal("{}", (await index.GetAsync("/describe_index_stats")).Json.GetProperty("namespaces").GetRawText());
    }

    [Fact]
    public async Task Filters_match_records_that_lack_the_field()
    {
        await using var index = await GrpcIndex.CreateAsync("18749-18750");
        await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "has", "values": [1, 0], "metadata": {"n": 1} }, {"id": "bare", "values": [1, 0]}]}""");

        var not = new Struct { Fields = { ["$not"] = Value.ForStruct(new Struct { Fields = { ["n"] = Value.ForNumber(1) } }) } };
        var ne = new Struct { Fields = { ["n"] = Value.ForStruct(new Struct { Fields = { ["$ne"] = Value.ForNumber(1) } }) } };
        foreach (var filter in new[] { not, ne })
        {
            var found = await index.Grpc.CallAsync("Query", new QueryRequest { TopK = 5, Vector = { 1, 0 }, Filter = filter }, QueryResponse.Parser);
            Assert.Equal("bare", Assert.Single(found.Matches).Id);
        }

        await index.Grpc.CallAsync("Delete", new DeleteRequest { Filter = ne }, DeleteResponse.Parser);
        Assert.Equal(1u, (await index.Grpc.CallAsync("DescribeIndexStats", new DescribeIndexStatsRequest(), DescribeIndexStatsResponse.Parser)).TotalVectorCount);
    }

    [Fact]
    public async Task Answers_are_measured_as_messages()
    {
        await using var index = await GrpcIndex.CreateAsync("18751-18752");
        var metadata = $"{{{string.Join(',', Enumerable.Range(0, 3_000).Select(i => $"\"k{i}\": 1"))}}}"; // 30 KB of JSON, three times that as a Struct
        for (var i = 0; i < 80; i += 20)
        {
            var batch = string.Join(',', Enumerable.Range(i, 20).Select(n => $$"""{"id": "r{{n:d3}}", "values": [1, 0], "metadata": {{metadata}} }"""));
            Assert.Equal(200, (await index.PostAsync("/vectors/upsert", $$"""{"vectors": [{{batch}}]}""")).Status);
        }

        const string Query = """{"vector": [1, 0], "topK": 80, "includeMetadata": true}""";
        Assert.Equal(200, (await index.PostAsync("/query", Query)).Status);
        (await index.Grpc.CallAsync("Query", Message(new QueryRequest { TopK = 80, Vector = { 1, 0 }, IncludeMetadata = true }))).AssertRefused(3, "4MB");
        var ids = new List<string>();
        FetchByMetadataResponse page;
        var request = new FetchByMetadataRequest { Limit = 1_000, Filter = new Struct { Fields = { ["k0"] = Value.ForNumber(1) } } };
        do
        {
            page = await index.Grpc.CallAsync("FetchByMetadata", request, FetchByMetadataResponse.Parser);
            Assert.InRange(page.CalculateSize(), 1, 4 << 20);
            ids.AddRange(page.Vectors.Keys);
            request.PaginationToken = page.Pagination?.Next ?? "";
        }
        while (page.Pagination is not null);
        Assert.Equal(Enumerable.Range(0, 80).Select(n => $"r{n:d3}"), ids.Order(StringComparer.Ordinal));
    }

    private static byte[] Message(Google.Protobuf.IMessage message) => Google.Protobuf.MessageExtensions.ToByteArray(message);
}
