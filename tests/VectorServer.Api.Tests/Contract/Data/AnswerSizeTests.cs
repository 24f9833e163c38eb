namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>The wire's limit of 4 MB on answers that carry records.</summary>
public sealed class AnswerSizeTests
{
    private const int RecordCount = 160; // of 30 KB each: more than 4 MB together

    private const string WithMetadata = """{"vector": [1, 1], "topK": 160, "includeMetadata": true}""";

    [Fact]
    public async Task A_query_whose_answer_would_be_larger_is_refused()
    {
        await using var index = await TestIndex.CreateAsync();
        await FillAsync(index);

        (await index.PostAsync("/query", WithMetadata)).AssertRefused("4MB");
        Assert.Equal(RecordCount, (await index.PostAsync("/query", """{"vector": [1, 1], "topK": 160}""")).MatchIds().Length);
    }

    [Fact]
    public async Task The_setting_that_lifts_size_limits_lifts_it_too()
    {
        await using var index = await TestIndex.CreateAsync(settings: ("EnforceSizeLimits", "false"));
        await FillAsync(index);

        Assert.Equal(RecordCount, (await index.PostAsync("/query", WithMetadata)).MatchIds().Length);
    }

    [Fact]
    public async Task A_fetch_by_metadata_ends_its_page_there_and_goes_on_with_the_next()
    {
        await using var index = await TestIndex.CreateAsync();
        await FillAsync(index);

        var pages = new List<string[]>();
        string? token = null;
        do
        {
            var page = await index.PostAsync(
                "/vectors/fetch_by_metadata", $$"""{"filter": {"long": {"$exists": true} }, "limit": 1000, "paginationToken": "{{token}}"}""");
            Assert.InRange(page.Body.Length, 1, (4 << 20) + (100 * RecordCount)); // a hundred bytes of JSON around each record
            pages.Add([.. page.Json.GetProperty("vectors").EnumerateObject().Select(vector => vector.Name)]);
            token = page.Json.TryGetProperty("pagination", out var pagination) ? pagination.GetProperty("next").GetString() : null;
        }
        while (token is not null);

        Assert.Equal(2, pages.Count);
        Assert.Equal(Enumerable.Range(0, RecordCount).Select(i => $"r{i:d3}"), pages.SelectMany(page => page));
    }

    private static async Task FillAsync(TestIndex index)
    {
        var metadata = $$"""{"long": "{{new string('x', 30_000)}}"}""";
        foreach (var batch in Enumerable.Range(0, RecordCount).Chunk(40))
            await index.UpsertAsync($"[{string.Join(',', batch.Select(i => $$"""{"id": "r{{i:d3}}", "values": [1, 1], "metadata": {{metadata}} }"""))}]");
    }
}
