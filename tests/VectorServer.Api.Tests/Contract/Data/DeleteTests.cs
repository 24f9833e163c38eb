namespace VectorServer.Api.Tests.Contract.Data;

public sealed class DeleteTests
{
    [Theory]
    [InlineData("""{"ids": ["a", "unknown"]}""")]
    [InlineData("""{"ids": ["a"], "deleteAll": false, "filter": {}}""")]
    [InlineData("""{"filter": {"n": 1}}""")]
    public async Task Delete_removes_what_is_named_and_no_more(string body)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync("""[{"id": "a", "values": [1, 0], "metadata": {"n": 1}}, {"id": "b", "values": [1, 0], "metadata": {"n": 2}}]""");

        var answer = await index.PostAsync("/vectors/delete", body);

        answer.AssertJson("{}");
        Assert.True(answer.LsnOf("x-pinecone-request-lsn") > 1);
        Assert.Equal(["b"], (await index.PostAsync("/query", """{"vector": [1, 0], "topK": 5}""")).MatchIds());
    }

    [Theory]
    [InlineData("deleteAll")]
    [InlineData("delete_all")]
    public async Task Delete_all_empties_the_namespace_and_keeps_it(string name)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a", "b"], "ns");
        await index.UpsertIdsAsync(["c"]);

        (await index.PostAsync("/vectors/delete", $$"""{"{{name}}": true, "namespace": "ns"}""")).AssertJson("{}");

        var stats = (await index.GetAsync("/describe_index_stats")).Json;
        Assert.Equal("""{"":{"vectorCount":1},"ns":{"vectorCount":0}}""", stats.GetProperty("namespaces").GetRawText());
    }

    [Fact]
    public async Task The_alternate_form_takes_parameters()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a", "b", "c"], "ns");

        (await index.DeleteAsync("/vectors/delete?ids=a&ids=b&namespace=ns")).AssertJson("{}");
        Assert.Equal(["c"], (await index.PostAsync("/query", """{"vector": [1, 0], "topK": 5, "namespace": "ns"}""")).MatchIds());

        (await index.DeleteAsync("/vectors/delete?deleteAll=true&namespace=ns")).AssertJson("{}");
        Assert.Empty((await index.PostAsync("/query", """{"vector": [1, 0], "topK": 5, "namespace": "ns"}""")).MatchIds());
    }

    [Theory]
    [InlineData("""{"ids": ["a"], "namespace": "absent"}""")]
    [InlineData("""{"deleteAll": true, "namespace": "absent"}""")]
    [InlineData("""{"filter": {"n": 1}, "namespace": "absent"}""")]
    public async Task Delete_in_an_absent_namespace_is_not_found(string body)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/vectors/delete", body)).AssertRefused("Namespace not found", 404, 5);
    }

    [Theory]
    [InlineData("""{"ids": ["a"]}""")]
    [InlineData("""{"deleteAll": true, "namespace": "__default__"}""")]
    [InlineData("""{"filter": {"n": 1}}""")]
    public async Task Delete_in_the_default_namespace_before_its_first_write_changes_nothing(string body)
    {
        await using var index = await TestIndex.CreateAsync();

        var answer = await index.PostAsync("/vectors/delete", body);

        answer.AssertJson("{}");
        Assert.Equal(0, answer.LsnOf("x-pinecone-request-lsn"));
        (await index.GetAsync("/namespaces")).AssertJson("""{"namespaces": [], "total_count": 0}""");
    }

    [Theory]
    [InlineData("{}", null, "one of ids, deleteAll or filter")]
    [InlineData("""{"ids": []}""", null, "one of ids, deleteAll or filter")]
    [InlineData("""{"deleteAll": false}""", null, "one of ids, deleteAll or filter")]
    [InlineData("""{"filter": {}}""", "2026-04", "one of ids, deleteAll or filter")]
    [InlineData("""{"filter": {}}""", "2026-07", "filter must not be empty")]
    [InlineData("""{"ids": ["a"], "deleteAll": true}""", null, "deleteAll must not be given")]
    [InlineData("""{"filter": {"n": 1}, "deleteAll": true}""", null, "deleteAll must not be given")]
    [InlineData("""{"filter": {"n": 1}, "ids": ["a"]}""", null, "not both")]
    [InlineData("""{"ids": ["a", null]}""", null, "ids[1] is required")]
    [InlineData("""{"ids": "a"}""", null, "ids")]
    [InlineData("""{"deleteAll": "true"}""", null, "deleteAll")]
    public async Task A_delete_that_breaks_a_rule_is_refused(string body, string? version, string message)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a"]);

        (await index.PostAsync("/vectors/delete", body, version)).AssertRefused(message);

        Assert.Equal(1, (await index.GetAsync("/describe_index_stats")).Json.GetProperty("totalVectorCount").GetInt32());
    }

    [Fact]
    public async Task Parameters_that_break_a_rule_are_refused()
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.DeleteAsync("/vectors/delete")).AssertRefused("one of ids, deleteAll or filter");
        (await index.DeleteAsync("/vectors/delete?deleteAll=yes")).AssertRefused("deleteAll must be true or false, got 'yes'");
        (await index.DeleteAsync("/vectors/delete?deleteAll=true&ids=a")).AssertRefused("deleteAll must not be given");
    }

    [Fact]
    public async Task More_than_1000_ids_are_refused()
    {
        await using var index = await TestIndex.CreateAsync();
        var ids = string.Join(',', Enumerable.Range(0, 1001).Select(i => $"\"{i}\""));

        (await index.PostAsync("/vectors/delete", $$"""{"ids": [{{ids}}]}""")).AssertRefused("at most 1000 ids, got 1001");
    }
}
