namespace VectorServer.Api.Tests.Contract.Data;

public sealed class UpdateTests
{
    private const string Films = """
        [{"id": "a", "values": [1, 0], "metadata": {"genre": "drama", "year": 2019}},
         {"id": "b", "values": [0, 1], "metadata": {"genre": "drama", "year": 2020}},
         {"id": "c", "values": [1, 1], "metadata": {"genre": "comedy", "year": 2020}}]
        """;

    [Fact]
    public async Task An_update_by_id_replaces_values_and_merges_metadata()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Films);

        var answer = await index.PostAsync("/vectors/update", """{"id": "a", "values": [3, 4], "setMetadata": {"year": 2021, "new": true}}""");

        answer.AssertJson("{}");
        Assert.True(answer.LsnOf("x-pinecone-request-lsn") > 1);
        (await index.GetAsync("/vectors/fetch?ids=a")).AssertJson("""
            {"vectors": {"a": {"id": "a", "values": [3, 4], "metadata": {"genre": "drama", "year": 2021, "new": true}}},
             "namespace": "", "usage": {"readUnits": 1}}
            """);
    }

    [Fact]
    public async Task An_update_in_a_sparse_index_replaces_sparse_values_and_merges_metadata()
    {
        await using var index = await TestIndex.CreateSparseAsync();
        await index.UpsertAsync("""[{"id": "a", "sparseValues": {"indices": [1], "values": [1]}, "metadata": {"n": 1}}]""");

        (await index.PostAsync("/vectors/update", """{"id": "a", "sparseValues": {"indices": [7], "values": [2]}}""")).AssertJson("{}");
        (await index.PostAsync("/vectors/update", """{"filter": {"n": 1}, "setMetadata": {"m": 2}}""")).AssertJson("""{"matchedRecords": 1}""");

        (await index.GetAsync("/vectors/fetch?ids=a")).AssertJson("""
            {"vectors": {"a": {"id": "a", "values": [], "sparseValues": {"indices": [7], "values": [2]}, "metadata": {"n": 1, "m": 2}}},
             "namespace": "", "usage": {"readUnits": 1}}
            """);
    }

    [Theory]
    [InlineData("")]
    [InlineData("absent")]
    public async Task An_update_of_an_unknown_id_changes_nothing(string ns)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Films);

        var answer = await index.PostAsync("/vectors/update", $$"""{"id": "z", "values": [3, 4], "namespace": "{{ns}}"}""");

        answer.AssertJson("{}");
        Assert.Equal(3, (await index.GetAsync("/describe_index_stats")).Json.GetProperty("totalVectorCount").GetInt32());
    }

    [Fact]
    public async Task An_update_by_filter_answers_how_many_match()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Films);

        var answer = await index.PostAsync("/vectors/update", """{"filter": {"genre": "drama"}, "set_metadata": {"seen": true}}""", "2026-07");

        answer.AssertJson("""{"matchedRecords": 2}""");
        var seen = await index.PostAsync("/query", """{"vector": [1, 1], "topK": 10, "filter": {"seen": true}}""");
        Assert.Equal(["a", "b"], seen.MatchIds().Order());
    }

    [Theory]
    [InlineData("""{"filter": {"genre": "drama"}, "setMetadata": {"seen": true}, "dryRun": true}""")]
    [InlineData("""{"filter": {"genre": "drama"}, "dry_run": true}""")]
    public async Task A_dry_run_counts_and_changes_nothing(string body)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Films);

        (await index.PostAsync("/vectors/update", body)).AssertJson("""{"matchedRecords": 2}""");

        Assert.Empty((await index.PostAsync("/query", """{"vector": [1, 1], "topK": 10, "filter": {"seen": true}}""")).MatchIds());
    }

    [Theory]
    [InlineData("{}", null, "one of id or filter")]
    [InlineData("""{"setMetadata": {"a": 1}}""", null, "one of id or filter")]
    [InlineData("""{"filter": {}, "setMetadata": {"a": 1}}""", null, "one of id or filter")]
    [InlineData("""{"filter": {}, "setMetadata": {"a": 1}}""", "2026-07", "filter must not be empty")]
    [InlineData("""{"id": "a", "filter": {"n": 1}, "setMetadata": {"a": 1}}""", null, "not both")]
    [InlineData("""{"filter": {"n": 1}, "values": [1, 2]}""", null, "can set metadata only")]
    [InlineData("""{"filter": {"n": 1}, "sparseValues": {"indices": [1], "values": [1]}}""", null, "can set metadata only")]
    [InlineData("""{"filter": {"n": 1}}""", null, "needs setMetadata")]
    [InlineData("""{"id": "a", "values": [1, 2], "dryRun": true}""", null, "dryRun needs filter")]
    [InlineData("""{"id": "a", "values": [1]}""", null, "Vector dimension 1 does not match the dimension of the index 2")]
    [InlineData("""{"id": "a", "values": [0, 0]}""", null, "at least one non-zero value")]
    [InlineData("""{"id": "a", "setMetadata": {"n": [1]}}""", null, "for field 'n'")]
    [InlineData("""{"id": "a", "setMetadata": "x"}""", null, "Metadata must be an object")]
    [InlineData("""{"id": "é", "values": [1, 2]}""", null, "id must be ASCII")]
    public async Task An_update_that_breaks_a_rule_is_refused(string body, string? version, string message)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/vectors/update", body, version)).AssertRefused(message);
    }
}
