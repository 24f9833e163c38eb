namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>The deprecated form of several queries in one request.</summary>
public sealed class SeveralQueriesTests
{
    [Fact]
    public async Task Each_query_is_answered_in_its_place_and_takes_what_it_leaves_out_from_the_request()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync("""[{"id": "east", "values": [1, 0], "metadata": {"n": 1}}, {"id": "north", "values": [0, 1], "metadata": {"n": 2}}]""", "main");
        await index.UpsertAsync("""[{"id": "other", "values": [1, 0]}]""", "side");

        var answer = await index.PostAsync("/query", """
            {"topK": 1, "namespace": "main", "includeMetadata": true, "queries": [
              {"values": [1, 0]},
              {"values": [1, 0], "topK": 5, "filter": {"n": 2}},
              {"values": [1, 0], "namespace": "side"} ] }
            """);

        answer.AssertJson("""
            {"results": [
               {"matches": [{"id": "east", "score": 1, "values": [], "metadata": {"n": 1}}], "namespace": "main"},
               {"matches": [{"id": "north", "score": 0, "values": [], "metadata": {"n": 2}}], "namespace": "main"},
               {"matches": [{"id": "other", "score": 1, "values": []}], "namespace": "side"} ],
             "matches": [], "namespace": "", "usage": {"readUnits": 3}}
            """);
    }

    [Fact]
    public async Task From_2026_07_on_they_are_gone()
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/query", """{"topK": 1, "queries": [{"values": [1, 0]}]}""", "2026-07")).AssertRefused("queries is gone");
    }

    [Fact]
    public async Task There_are_ten_at_most()
    {
        await using var index = await TestIndex.CreateAsync();
        string Queries(int count) => $$"""{"topK": 1, "queries": [{{string.Join(',', Enumerable.Repeat("""{"values": [1, 0]}""", count))}}]}""";

        Assert.Equal(10, (await index.PostAsync("/query", Queries(10))).Json.GetProperty("results").GetArrayLength());
        (await index.PostAsync("/query", Queries(11))).AssertRefused("queries must be at most 10, got 11");
    }
}
