namespace VectorServer.Api.Tests.Contract.Data;

public sealed class FetchTests
{
    [Fact]
    public async Task Fetch_is_keyed_by_id_and_leaves_unknown_ids_out()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync("""[{"id": "a", "values": [1, 0], "metadata": {"tags": ["x", "y"]}}, {"id": "b&c", "values": [0, 1]}]""", "ns");

        var answer = await index.GetAsync("/vectors/fetch?ids=a&ids=b%26c&ids=unknown&ids=a&namespace=ns");

        answer.AssertJson("""
            {"vectors": {"a": {"id": "a", "values": [1, 0], "metadata": {"tags": ["x", "y"]}}, "b&c": {"id": "b&c", "values": [0, 1]}},
             "namespace": "ns", "usage": {"readUnits": 1}}
            """);
    }

    [Fact]
    public async Task Fetch_from_an_absent_namespace_is_empty()
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.GetAsync("/vectors/fetch?ids=a&namespace=absent")).AssertJson(
            """{"vectors": {}, "namespace": "absent", "usage": {"readUnits": 1}}""");
    }

    [Fact]
    public async Task Fetch_costs_a_read_unit_for_ten_records()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(Enumerable.Range(0, 11).Select(i => $"id{i}"));

        var answer = await index.GetAsync("/vectors/fetch?" + string.Join('&', Enumerable.Range(0, 11).Select(i => $"ids=id{i}")));

        Assert.Equal(2, answer.Json.GetProperty("usage").GetProperty("readUnits").GetInt32());
    }

    [Theory]
    [InlineData("", "ids is required")]
    [InlineData("?namespace=ns", "ids is required")]
    [InlineData("?ids=", "ids[0] is required")]
    [InlineData("?ids=a&ids=%C3%A9", "ids[1] must be ASCII")]
    [InlineData("?ids=a&namespace=%C3%A9", "Namespace name must be ASCII")]
    public async Task A_fetch_that_breaks_a_rule_is_refused(string query, string message)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.GetAsync("/vectors/fetch" + query)).AssertRefused(message);
    }

    [Fact]
    public async Task A_fetch_takes_1000_long_ids_and_not_one_more()
    {
        await using var index = await TestIndex.ListenAsync("17490-17499");
        var ids = Enumerable.Range(0, 1001).Select(i => "ids=" + i.ToString("d8", null) + new string('x', 504)).ToArray();

        Assert.Equal(200, (await index.GetAsync("/vectors/fetch?" + string.Join('&', ids[1..]))).Status);
        (await index.GetAsync("/vectors/fetch?" + string.Join('&', ids))).AssertRefused("at most 1000 ids, got 1001");
    }

    [Fact]
    public async Task Fetch_by_metadata_pages_through_the_records_that_match()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync("[" + string.Join(',', Enumerable.Range(0, 7).Select(i =>
            $$"""{"id": "id{{i}}", "values": [1, 0], "metadata": {"odd": {{(i % 2 == 1 ? "true" : "false")}} } }""")) + "]");

        var first = await index.PostAsync("/vectors/fetch_by_metadata", """{"filter": {"odd": false}, "limit": 3}""");
        var next = first.Json.GetProperty("pagination").GetProperty("next").GetString();
        var second = await index.PostAsync("/vectors/fetch_by_metadata", $$"""{"filter": {"odd": false}, "limit": 3, "pagination_token": "{{next}}"}""");

        Assert.Equal(["id0", "id2", "id4"], first.Json.GetProperty("vectors").EnumerateObject().Select(record => record.Name));
        second.AssertJson("""
            {"vectors": {"id6": {"id": "id6", "values": [1, 0], "metadata": {"odd": false}}}, "namespace": "", "usage": {"readUnits": 1}}
            """);
        Assert.True(second.LsnOf("x-pinecone-max-indexed-lsn") > 0);
    }

    [Fact]
    public async Task A_page_token_is_refused_with_another_filter()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync("""[{"id": "a", "values": [1, 0], "metadata": {"n": 1}}, {"id": "b", "values": [1, 0], "metadata": {"n": 1}}]""");
        var page = await index.PostAsync("/vectors/fetch_by_metadata", """{"filter": {"n": 1}, "limit": 1}""");
        var next = page.Json.GetProperty("pagination").GetProperty("next").GetString();

        var answer = await index.PostAsync("/vectors/fetch_by_metadata", $$"""{"filter": {"n": 2}, "paginationToken": "{{next}}"}""");

        answer.AssertRefused("Invalid pagination token");
    }

    [Theory]
    [InlineData("""{"filter": {"n": 1}, "limit": 0}""", null, "limit must be between 1 and 10000")]
    [InlineData("""{"filter": {"n": 1}, "limit": 10001}""", null, "limit must be between 1 and 10000")]
    [InlineData("""{"filter": {"n": 1}, "paginationToken": "%"}""", null, "Invalid pagination token")]
    [InlineData("""{"filter": {"$x": 1}}""", null, "$x")]
    [InlineData("{}", "2026-07", "filter is required")]
    [InlineData("""{"filter": {}}""", "2026-07", "filter must not be empty")]
    public async Task A_fetch_by_metadata_that_breaks_a_rule_is_refused(string body, string? version, string message)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/vectors/fetch_by_metadata", body, version)).AssertRefused(message);
    }

    [Fact]
    public async Task Before_2026_07_an_empty_filter_fetches_every_record()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a", "b"]);

        var answer = await index.PostAsync("/vectors/fetch_by_metadata", """{"filter": {}}""", "2025-10");

        Assert.Equal(2, answer.Json.GetProperty("vectors").EnumerateObject().Count());
    }
}
