namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>Records that lack a field, wherever filters go: <c>$ne</c>, <c>$nin</c> and <c>$not</c> match them.</summary>
public sealed class MissingFieldTests
{
    private const string Four = """
        [{"id": "has", "values": [1, 0], "metadata": {"n": 1} }, {"id": "other", "values": [1, 0], "metadata": {"n": 2} },
         {"id": "none", "values": [1, 0], "metadata": {"k": 1} }, {"id": "bare", "values": [1, 0]}]
        """;

    public static TheoryData<string, string> Filters => new()
    {
        { """{"n": {"$ne": 1}}""", "bare,none,other" },
        { """{"n": {"$nin": [1]}}""", "bare,none,other" },
        { """{"$and": [{"n": {"$ne": 1}}, {"n": {"$exists": true}}]}""", "other" },
        { """{"n": {"$not": {"$eq": 1}}}""", "bare,none,other" },
        { """{"$not": {"n": 1}}""", "bare,none,other" },
        { """{"$not": {"$or": [{"n": 1}, {"k": 1}]}}""", "bare,other" },
        { """{"n": 2}""", "other" },
        { """{"n": {"$exists": false}}""", "bare,none" },
        { """{"n": {"$gt": 0}}""", "has,other" },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Reads_and_writes_by_filter_take_the_same_records(string filter, string expected)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Four);
        var ids = expected.Split(',');

        var query = await index.PostAsync("/query", $$"""{"vector": [1, 0], "topK": 10, "filter": {{filter}} }""");
        var fetched = await index.PostAsync("/vectors/fetch_by_metadata", $$"""{"filter": {{filter}} }""");
        var counted = await index.PostAsync("/vectors/count", $$"""{"filter": {{filter}} }""");
        var updated = await index.PostAsync("/vectors/update", $$$"""{"filter": {{{filter}}}, "setMetadata": {"seen": true} }""");

        Assert.Equal(ids, query.MatchIds().Order());
        Assert.Equal(ids, fetched.Json.GetProperty("vectors").EnumerateObject().Select(vector => vector.Name).Order());
        Assert.Equal(ids.Length, counted.Json.GetProperty("count").GetInt32());
        Assert.Equal(ids.Length, updated.Json.GetProperty("matchedRecords").GetInt32());
        Assert.Equal(ids, (await index.PostAsync("/query", """{"vector": [1, 0], "topK": 10, "filter": {"seen": true}}""")).MatchIds().Order());

        (await index.PostAsync("/vectors/delete", $$"""{"filter": {{filter}} }""")).AssertJson("{}");
        var left = await index.PostAsync("/query", """{"vector": [1, 0], "topK": 10}""");
        Assert.Equal(new[] { "bare", "has", "none", "other" }.Except(ids), left.MatchIds().Order());
    }

    [Theory]
    [InlineData("""{"n": 1, "n": 2}""")]
    [InlineData("""{"n": {"$gt": 1, "$gt": 2}}""")]
    [InlineData("""{"$and": [{"n": 1, "n": 2}]}""")]
    public async Task A_key_twice_in_one_object_is_refused_and_deletes_nothing(string filter)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Four);

        (await index.PostAsync("/query", $$"""{"vector": [1, 0], "topK": 10, "filter": {{filter}} }""")).AssertRefused("occurs twice");
        (await index.PostAsync("/vectors/delete", $$"""{"filter": {{filter}} }""")).AssertRefused("occurs twice");

        Assert.Equal(4, (await index.PostAsync("/query", """{"vector": [1, 0], "topK": 10}""")).MatchIds().Length);
    }
}
