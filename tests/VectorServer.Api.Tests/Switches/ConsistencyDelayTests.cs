using VectorServer.Api.Tests.Contract.Data;

namespace VectorServer.Api.Tests.Switches;

public sealed class ConsistencyDelayTests
{
    private const string Never = "600s"; // within a test

    [Fact]
    public async Task A_write_is_acknowledged_at_once_and_not_seen_before_the_delay()
    {
        await using var index = await TestIndex.CreateAsync(settings: ("ConsistencyDelay", Never));

        var written = await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0]}], "namespace": "films"}""");

        Assert.Equal(200, written.Status);
        Assert.True(written.LsnOf("x-pinecone-request-lsn") > 0);
        var query = await index.PostAsync("/query", """{"topK": 1, "vector": [1, 0], "namespace": "films"}""");
        Assert.Empty(query.MatchIds());
        Assert.True(query.LsnOf("x-pinecone-max-indexed-lsn") < written.LsnOf("x-pinecone-request-lsn"));
        (await index.GetAsync("/vectors/fetch?ids=a&namespace=films")).AssertJson("""{"vectors": {}, "namespace": "films", "usage": {"readUnits": 1}}""");
        (await index.GetAsync("/namespaces/films")).AssertRefused("Namespace not found", status: 404, code: 5);
        Assert.Equal(0, (await index.GetAsync("/describe_index_stats")).Json.GetProperty("totalVectorCount").GetInt32());
    }

    [Fact]
    public async Task Polling_by_LSN_ends_with_a_read_that_sees_the_write()
    {
        await using var index = await TestIndex.CreateAsync(settings: ("ConsistencyDelay", "100ms"));
        var written = await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0]}]}""");

        Answer read;
        do
        {
            read = await index.PostAsync("/query", """{"topK": 1, "vector": [1, 0]}""");
        }
        while (read.LsnOf("x-pinecone-max-indexed-lsn") < written.LsnOf("x-pinecone-request-lsn"));

        Assert.Equal(["a"], read.MatchIds());
    }
}
