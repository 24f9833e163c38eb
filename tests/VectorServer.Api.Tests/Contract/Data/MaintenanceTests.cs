namespace VectorServer.Api.Tests.Contract.Data;

public sealed class MaintenanceTests
{
    private const string Storage = "x-vectorserver-extensions";

    [Fact]
    public async Task Compact_gives_deleted_rows_back_and_keeps_the_records()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a", "b", "c"]);
        await index.PostAsync("/vectors/delete", """{"ids": ["a", "b"]}""");

        var before = await DeletedRowsAsync(index);
        (await index.PostAsync("/maintenance/compact", "")).AssertJson("{}");

        Assert.Equal(2, before);
        Assert.Equal(0, await DeletedRowsAsync(index));
        (await index.GetAsync("/vectors/list")).AssertJson("""{"vectors": [{"id": "c"}], "namespace": "", "usage": {"readUnits": 1}}""");
    }

    [Fact]
    public async Task Compact_of_an_absent_namespace_is_refused()
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/maintenance/compact?namespace=nowhere", "")).AssertRefused("Namespace not found", 404, 5);
    }

    [Fact]
    public async Task Flush_answers_when_the_logs_are_folded_in()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a"]);

        (await index.PostAsync("/maintenance/flush", "")).AssertJson("{}");
    }

    private static async Task<int> DeletedRowsAsync(TestIndex index)
    {
        var answer = await index.SendAsync(HttpMethod.Get, "/describe_index_stats", (Storage, "storage"));
        return answer.Json.GetProperty("storage").EnumerateObject().Single().Value.GetProperty("deleted_rows").GetInt32();
    }
}
