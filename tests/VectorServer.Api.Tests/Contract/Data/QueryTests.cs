namespace VectorServer.Api.Tests.Contract.Data;

public sealed class QueryTests
{
    private const string Corners = """
        [{"id": "east", "values": [1, 0], "metadata": {"kind": "axis", "n": 1}},
         {"id": "north", "values": [0, 1], "metadata": {"kind": "axis", "n": 2}},
         {"id": "northeast", "values": [1, 1], "metadata": {"kind": "diagonal", "n": 3}}]
        """;

    [Fact]
    public async Task Matches_come_best_first_with_scores_and_nothing_not_asked_for()
    {
        await using var index = await TestIndex.CreateAsync(metric: "dotproduct");
        await index.UpsertAsync(Corners);

        var answer = await index.PostAsync("/query", """{"vector": [2, 1], "topK": 2}""");

        answer.AssertJson("""
            {"matches": [{"id": "northeast", "score": 3, "values": []}, {"id": "east", "score": 2, "values": []}],
             "namespace": "", "usage": {"readUnits": 1}}
            """);
    }

    [Fact]
    public async Task Values_and_metadata_come_when_asked_for()
    {
        await using var index = await TestIndex.CreateAsync(metric: "dotproduct");
        await index.UpsertAsync(Corners);

        var answer = await index.PostAsync("/query", """{"vector": [2, 1], "top_k": 1, "include_values": true, "include_metadata": true}""");

        answer.AssertJson("""
            {"matches": [{"id": "northeast", "score": 3, "values": [1, 1], "metadata": {"kind": "diagonal", "n": 3}}],
             "namespace": "", "usage": {"readUnits": 1}}
            """);
    }

    [Fact]
    public async Task Euclidean_scores_are_squared_distances_ascending()
    {
        await using var index = await TestIndex.CreateAsync(metric: "euclidean");
        await index.UpsertAsync(Corners);

        var answer = await index.PostAsync("/query", """{"vector": [3, 0], "topK": 10}""");

        Assert.Equal(["east", "northeast", "north"], answer.MatchIds());
        Assert.Equal([4f, 5f, 10f], answer.Json.GetProperty("matches").EnumerateArray().Select(match => match.GetProperty("score").GetSingle()));
    }

    [Theory]
    [InlineData("""{"kind": "axis"}""", new[] { "east", "north" })]
    [InlineData("""{"kind": {"$eq": "axis"}, "n": {"$gt": 1}}""", new[] { "north" })]
    [InlineData("{}", new[] { "east", "northeast", "north" })]
    [InlineData("null", new[] { "east", "northeast", "north" })]
    [InlineData("""{"kind": "none"}""", new string[0])]
    public async Task A_filter_narrows_the_matches(string filter, string[] expected)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Corners);

        var answer = await index.PostAsync("/query", $$"""{"vector": [2, 1.9], "topK": 10, "filter": {{filter}}}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(expected.Order(), answer.MatchIds().Order());
    }

    [Fact]
    public async Task A_query_by_id_uses_the_stored_vector()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Corners);

        Assert.Equal(["north", "northeast"], (await index.PostAsync("/query", """{"id": "north", "topK": 2}""")).MatchIds());
        Assert.Equal(["north"], (await index.PostAsync("/query", """{"id": "north", "vector": [], "topK": 1}""")).MatchIds());
    }

    [Fact]
    public async Task A_query_by_id_in_a_sparse_index_uses_the_stored_sparse_vector()
    {
        await using var index = await TestIndex.CreateSparseAsync();
        await index.UpsertAsync("""
            [{"id": "a", "sparseValues": {"indices": [1, 7], "values": [1, 2]}}, {"id": "b", "sparseValues": {"indices": [7], "values": [1]}}]
            """);

        Assert.Equal(["a", "b"], (await index.PostAsync("/query", """{"id": "a", "topK": 2}""")).MatchIds());
    }

    [Theory]
    [InlineData("""{"id": "unknown", "topK": 3}""")]
    [InlineData("""{"vector": [1, 0], "topK": 3, "namespace": "absent"}""")]
    public async Task What_is_not_there_matches_nothing(string query)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Corners);

        var answer = await index.PostAsync("/query", query);

        Assert.Equal(200, answer.Status);
        Assert.Empty(answer.MatchIds());
    }

    [Theory]
    [InlineData("cosine")]
    [InlineData("dotproduct")]
    [InlineData("euclidean")]
    public async Task An_all_zero_vector_gets_records_by_filter(string metric)
    {
        await using var index = await TestIndex.CreateAsync(metric: metric);
        await index.UpsertAsync(Corners);

        var answer = await index.PostAsync("/query", """{"vector": [0, 0], "topK": 10, "filter": {"kind": "axis"}}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["east", "north"], answer.MatchIds().Order());
    }

    [Fact]
    public async Task Both_names_of_the_default_namespace_are_one_and_are_echoed_as_asked()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Corners, "__default__");

        foreach (var ns in new[] { "", "__default__" })
        {
            var answer = await index.PostAsync("/query", $$"""{"vector": [1, 0], "topK": 1, "namespace": "{{ns}}"}""");
            Assert.Equal(["east"], answer.MatchIds());
            Assert.Equal(ns, answer.Json.GetProperty("namespace").GetString());
        }
    }

    [Fact]
    public async Task Scores_too_large_for_a_float_are_the_largest_there_is()
    {
        await using var index = await TestIndex.CreateAsync(metric: "dotproduct");
        await index.UpsertAsync("""[{"id": "huge", "values": [1e38, 1e38]}]""");

        var answer = await index.PostAsync("/query", """{"vector": [1e38, 1e38], "topK": 1}""");

        Assert.Equal(float.MaxValue, answer.Json.GetProperty("matches")[0].GetProperty("score").GetSingle());
    }

    [Fact]
    public async Task Dense_and_sparse_parts_add_up_in_a_hybrid_query()
    {
        await using var index = await TestIndex.CreateAsync(metric: "dotproduct");
        await index.UpsertAsync("""
            [{"id": "a", "values": [1, 0], "sparseValues": {"indices": [5], "values": [10]}}, {"id": "b", "values": [3, 0]}]
            """);

        var answer = await index.PostAsync("/query", """
            {"vector": [1, 0], "sparseVector": {"indices": [5], "values": [2]}, "topK": 2, "includeValues": true}
            """);

        answer.AssertJson("""
            {"matches": [{"id": "a", "score": 21, "values": [1, 0], "sparseValues": {"indices": [5], "values": [10]}},
                         {"id": "b", "score": 3, "values": [3, 0]}],
             "namespace": "", "usage": {"readUnits": 1}}
            """);
    }

    [Theory]
    [InlineData("""{"exact": true}""")]
    [InlineData("""{"scanFactor": 0.5}""")]
    [InlineData("""{"scan_factor": 4, "max_candidates": 100000}""")]
    [InlineData("""{"maxCandidates": 3}""")]
    [InlineData("""{"maxCandidates": 3.0}""")]
    [InlineData("""{"maxCandidates": 1e3}""")]
    [InlineData("""{"maxCandidates": "3"}""")]
    [InlineData("""{"queries": []}""")]
    public async Task Every_effort_finds_the_same_few_records(string effort)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync(Corners);

        var answer = await index.PostAsync("/query", $$"""{"vector": [1, 0.1], "topK": 3, {{effort.TrimStart('{')}}""");

        Assert.Equal(["east", "northeast", "north"], answer.MatchIds());
    }

    [Theory]
    [InlineData("""{"vector": [1, 0]}""", "topK is required")]
    [InlineData("""{"vector": [1, 0], "topK": 0}""", "topK must be between 1 and 10000, got 0")]
    [InlineData("""{"vector": [1, 0], "topK": 10001}""", "topK must be between 1 and 10000, got 10001")]
    [InlineData("""{"vector": [1, 0], "topK": 1.5}""", "topK")]
    [InlineData("""{"vector": [1, 0], "topK": "three"}""", "topK")]
    [InlineData("""{"vector": [1, 0], "topK": 1e10}""", "topK")]
    [InlineData("""{"topK": 1}""", "one of vector, sparseVector or id")]
    [InlineData("""{"topK": 1, "id": "", "vector": []}""", "one of vector, sparseVector or id")]
    [InlineData("""{"topK": 1, "id": "a", "vector": [1, 0]}""", "must not have vector")]
    [InlineData("""{"topK": 1, "id": "a", "sparseVector": {"indices": [1], "values": [1]}}""", "must not have vector")]
    [InlineData("""{"topK": 1, "vector": [1, 0, 0]}""", "Vector dimension 3 does not match the dimension of the index 2")]
    [InlineData("""{"topK": 1, "vector": [1e39, 0]}""", "must be finite")]
    [InlineData("""{"topK": 1, "vector": ["NaN", 0]}""", "vector")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "sparseVector": {"indices": [1], "values": [1]}}""", "does not support sparse values")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "sparseVector": {"indices": [], "values": []}}""", "at least one value")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "sparseVector": {}}""", "at least one value")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "scanFactor": 0.4}""", "scanFactor must be between 0.5 and 4")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "scanFactor": 4.1}""", "scanFactor must be between 0.5 and 4")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "maxCandidates": 0}""", "maxCandidates must be between 1 and 100000")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "maxCandidates": 100001}""", "maxCandidates must be between 1 and 100000")]
    [InlineData("""{"topK": 5, "vector": [1, 0], "maxCandidates": 4}""", "maxCandidates must not be less than topK")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "filter": {"n": {"$near": 1}}}""", "$near")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "filter": []}""", "a filter must be an object")]
    [InlineData("""{"topK": 1, "queries": {}}""", "queries")]
    [InlineData("""{"topK": 1, "queries": [{}]}""", "Each of queries needs values")]
    [InlineData("""{"topK": 1, "queries": [null]}""", "Each of queries needs values")]
    [InlineData("""{"topK": 1, "queries": [{"values": [1, 0, 0]}]}""", "Vector dimension 3 does not match the dimension of the index 2")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "queries": [{"values": [1, 0]}]}""", "queries must not be given with vector")]
    [InlineData("""{"topK": 1, "vector": [1, 0], "namespace": "a\u0000"}""", "Namespace name must be ASCII")]
    public async Task A_query_that_breaks_a_rule_is_refused(string query, string message)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/query", query)).AssertRefused(message);
    }
}
