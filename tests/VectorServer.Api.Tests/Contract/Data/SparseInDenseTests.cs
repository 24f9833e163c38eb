namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>A dense index of any metric keeps sparse values and shows them; only inner products can be asked with them.</summary>
public sealed class SparseInDenseTests
{
    [Theory]
    [InlineData("cosine")]
    [InlineData("euclidean")]
    [InlineData("dotproduct")]
    public async Task Sparse_values_are_stored_updated_and_fetched(string metric)
    {
        await using var index = await TestIndex.CreateAsync(metric: metric);
        await index.UpsertAsync("""
            [{"id": "a", "values": [1, 0], "sparseValues": {"indices": [7, 3], "values": [0.5, 0.25]} }, {"id": "b", "values": [0, 1]}]
            """);
        (await index.PostAsync("/vectors/update", """{"id": "b", "sparseValues": {"indices": [9], "values": [2]} }""")).AssertJson("{}");

        (await index.GetAsync("/vectors/fetch?ids=a&ids=b")).AssertJson("""
            {"vectors": {"a": {"id": "a", "values": [1, 0], "sparseValues": {"indices": [3, 7], "values": [0.25, 0.5]} },
                         "b": {"id": "b", "values": [0, 1], "sparseValues": {"indices": [9], "values": [2]} } },
             "namespace": "", "usage": {"readUnits": 1} }
            """);
        var found = await index.PostAsync("/query", """{"id": "a", "topK": 2, "includeValues": true}""");
        Assert.Equal("[3,7]", found.Json.GetProperty("matches")[0].GetProperty("sparseValues").GetProperty("indices").GetRawText());
        if (metric == "dotproduct")
            return;
        (await index.PostAsync("/query", """{"topK": 1, "sparseVector": {"indices": [3], "values": [1]} }""")).AssertRefused("does not support sparse values");
        (await index.PostAsync("/query", """{"topK": 1, "vector": [1, 0], "sparseVector": {"indices": [3], "values": [1]} }"""))
            .AssertRefused("does not support sparse values");
    }
}
