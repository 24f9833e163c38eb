namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>What a query can ask beyond the protocol.</summary>
public sealed class QueryExtensionsTests
{
    private const string Header = "x-vectorserver-extensions";
    private const string Two = """[{"id": "east", "values": [1, 0], "metadata": {"n": 1}}, {"id": "north", "values": [0, 1], "metadata": {"n": 2}}]""";

    [Fact]
    public async Task An_answer_is_explained_on_request()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Two);
        const string Query = """{"vector": [1, 0], "topK": 5, "filter": {"n": 1}}""";

        var answer = await index.PostAsync("/query", Query, (Header, "storage, explain"));
        var plain = await index.PostAsync("/query", Query);

        var explain = answer.Json.GetProperty("explain");
        Assert.Equal("exact", explain.GetProperty("plan").GetString());
        Assert.Equal(2, explain.GetProperty("rows").GetInt32());
        Assert.Equal(1, explain.GetProperty("filtered_rows").GetInt32());
        Assert.Equal(["candidates", "filter", "hydrate", "rescore"], explain.GetProperty("ms").EnumerateObject().Select(stage => stage.Name).Order());
        Assert.Equal("[]", explain.GetProperty("ignored").GetRawText());
        Assert.Equal("""[{"id":"east","estimate":null,"score":1}]""", explain.GetProperty("matches").GetRawText());
        plain.AssertJson("""{"matches": [{"id": "east", "score": 1, "values": []}], "namespace": "", "usage": {"readUnits": 1}}""");
    }

    [Fact]
    public async Task Matches_beyond_the_threshold_are_left_out()
    {
        await using var cosine = await TestIndex.CreateAsync();
        await using var euclidean = await TestIndex.CreateAsync(metric: "euclidean");
        await cosine.UpsertAsync(Two);
        await euclidean.UpsertAsync(Two);

        Assert.Equal(["east"], (await cosine.PostAsync("/query", """{"vector": [1, 0], "topK": 5, "min_score": 0.5}""")).MatchIds());
        Assert.Equal(["east"], (await euclidean.PostAsync("/query", """{"vector": [1, 0], "topK": 5, "max_distance": 1.5}""")).MatchIds());
    }

    [Fact]
    public async Task A_threshold_of_the_other_metric_is_refused()
    {
        await using var cosine = await TestIndex.CreateAsync();
        await using var euclidean = await TestIndex.CreateAsync(metric: "euclidean");

        (await cosine.PostAsync("/query", """{"vector": [1, 0], "topK": 5, "max_distance": 1}""")).AssertRefused("this index takes min_score");
        (await euclidean.PostAsync("/query", """{"vector": [1, 0], "topK": 5, "min_score": 1}""")).AssertRefused("takes max_distance");
    }

    [Fact]
    public async Task Records_that_match_are_counted()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Two, "main");

        (await index.PostAsync("/vectors/count", """{"namespace": "main", "filter": {"n": {"$gt": 1}}}"""))
            .AssertJson("""{"count": 1, "namespace": "main", "usage": {"readUnits": 1}}""");
        (await index.PostAsync("/vectors/count", """{"namespace": "main"}""")).AssertJson("""{"count": 2, "namespace": "main", "usage": {"readUnits": 1}}""");
        (await index.PostAsync("/vectors/count", "")).AssertJson("""{"count": 0, "namespace": "", "usage": {"readUnits": 1}}""");
        (await index.PostAsync("/vectors/count", """{"filter": {"n": {"$near": 1}}}""")).AssertRefused("$near");
    }

    [Fact]
    public async Task Several_queries_are_answered_in_their_places()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Two, "main");
        await index.UpsertAsync("""[{"id": "other", "values": [1, 0]}]""", "side");

        var answer = await index.PostAsync("/query_many", """
            {"topK": 1, "namespace": "main", "queries": [
              {"vector": [1, 0], "includeMetadata": true},
              {"id": "east", "topK": 5, "filter": {"n": 2}},
              {"vector": [0, 1], "namespace": "side", "min_score": 0.5} ] }
            """);

        answer.AssertJson("""
            {"results": [
               {"matches": [{"id": "east", "score": 1, "values": [], "metadata": {"n": 1}}], "namespace": "main", "usage": {"readUnits": 1}},
               {"matches": [{"id": "north", "score": 0, "values": []}], "namespace": "main", "usage": {"readUnits": 1}},
               {"matches": [], "namespace": "side", "usage": {"readUnits": 1}} ],
             "usage": {"readUnits": 3}}
            """);
    }

    [Theory]
    [InlineData("""{"topK": 1}""", "queries is required")]
    [InlineData("""{"topK": 1, "queries": []}""", "queries is required")]
    [InlineData("""{"topK": 1, "queries": [null]}""", "queries[0] must not be null")]
    [InlineData("""{"queries": [{"vector": [1, 0], "topK": 1}, {"vector": [1, 0]}]}""", "topK is required (queries[1])")]
    [InlineData("""{"topK": 1, "queries": [{"vector": [1, 0, 0]}]}""", "(queries[0])")]
    [InlineData("""{"topK": 1, "queries": [{"vector": [1, 0], "queries": [{"values": [1, 0]}]}]}""", "queries of its own")]
    public async Task Several_queries_are_refused_where_one_is_not_as_it_should_be(string body, string message)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/query_many", body)).AssertRefused(message);
    }

    [Fact]
    public async Task Several_queries_have_limits_together()
    {
        await using var index = await TestIndex.CreateAsync();
        string Queries(int count, int topK) =>
            $$"""{"topK": {{topK}}, "queries": [{{string.Join(',', Enumerable.Repeat("""{"vector": [1, 0]}""", count))}}]}""";

        Assert.Equal(100, (await index.PostAsync("/query_many", Queries(100, 1000))).Json.GetProperty("results").GetArrayLength());
        (await index.PostAsync("/query_many", Queries(101, 1))).AssertRefused("queries must be at most 100, got 101");
        (await index.PostAsync("/query_many", Queries(100, 1001))).AssertRefused("at most 100000, got 100100");
    }

    [Fact]
    public async Task Advice_measures_every_compression()
    {
        await using var index = await TestIndex.CreateAsync(dimension: 8);
        var random = new Random(71);
        string Values() => string.Join(',', Enumerable.Range(0, 8).Select(_ => random.Next(-100, 100)));
        await index.UpsertAsync("[" + string.Join(',', Enumerable.Range(0, 300).Select(i => $$"""{"id": "r{{i}}", "values": [{{Values()}}]}""")) + "]");

        var advice = (await index.PostAsync("/maintenance/advise", """{"queries": 5}""")).Json;

        Assert.Equal(300, advice.GetProperty("sampled_rows").GetInt32());
        var taken = advice.GetProperty("measures").EnumerateArray().Single(measure => measure.GetProperty("compression").ValueEquals(advice.GetProperty("take").GetString()));
        Assert.InRange(taken.GetProperty("recall_at_10").GetDouble(), 0.99, 1);
        (await index.PostAsync("/maintenance/advise", """{"queries": 0}""")).AssertRefused("queries must be between 1 and 200");
        (await index.PostAsync("/maintenance/advise", """{"namespace": "empty"}""")).AssertRefused("the namespace has none");
    }
}
