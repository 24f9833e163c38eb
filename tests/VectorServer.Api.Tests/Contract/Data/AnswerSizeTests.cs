using System.Globalization;

namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>The wire's limit of 4 MB on answers that carry records.</summary>
public sealed class AnswerSizeTests
{
    private const int BytesMax = 4 << 20;
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

        var pages = await PagesAsync(index);

        Assert.Equal(2, pages.Count);
        Assert.Equal(Enumerable.Range(0, RecordCount).Select(i => $"r{i:d3}"), pages.SelectMany(page => page));
    }

    /// <summary>A number takes two characters of JSON or fifteen, and four bytes whatever it is.</summary>
    [Fact]
    public async Task Values_count_as_they_are_written_and_not_as_they_are_kept()
    {
        await using var index = await TestIndex.CreateAsync(dimension: 300);
        var random = new Random(4);
        var longValues = Enumerable.Range(0, 2_400).Select(i => $$"""{"id": "r{{i:d4}}", "values": [{{Values(random)}}], "metadata": {"long": 1} }""");
        foreach (var batch in longValues.Chunk(400))
            await index.UpsertAsync($"[{string.Join(',', batch)}]");
        var shortValues = string.Join(',', Enumerable.Repeat('1', 300));
        foreach (var batch in Enumerable.Range(0, 4_000).Chunk(1_000))
            await index.UpsertAsync($"[{string.Join(',', batch.Select(i => $$"""{"id": "s{{i}}", "values": [{{shortValues}}]}"""))}]", "short");

        var pages = await PagesAsync(index, limit: 10_000);

        Assert.Equal(2_400, pages.Sum(page => page.Length));
        Assert.Equal(3, pages.Count); // 8.4 MB
        var query = $$"""{"vector": [{{Values(random)}}], "includeValues": true, "topK":""";
        (await index.PostAsync("/query", query + "2400}")).AssertRefused("4MB");
        Assert.Equal(900, (await index.PostAsync("/query", query + "900}")).MatchIds().Length);
        (await index.PostAsync("/query_many", $$"""{"queries": [{{query}}900}, {{query}}900}]}""")).AssertRefused("4MB");

        var large = await index.PostAsync("/query", query + """4000, "namespace": "short"}""");
        Assert.Equal(4_000, large.MatchIds().Length); // 4.8 MB as kept
        Assert.InRange(large.Body.Length, 1, BytesMax);
    }

    [Fact]
    public async Task An_answer_of_the_greatest_size_is_sent_and_one_of_a_byte_more_is_not()
    {
        await using var index = await TestIndex.CreateAsync();
        await FillAsync(index);
        const string Query = """{"vector": [1, 1], "includeMetadata": true, "filter": {"long": {"$exists": true}}, "topK": """;
        var count = 130;
        while ((await index.PostAsync("/query", $"{Query}{count + 1}}}")).Status == 200)
            count++;
        var room = BytesMax - (await index.PostAsync("/query", $"{Query}{count}}}")).Body.Length;
        Assert.InRange(room, 100, 31_000);

        // One record more, whose metadata fills what is left to the byte.
        var frame = """{"id":"zz","score":1,"values":[],"metadata":{"long":""}},""".Length;
        foreach (var beyond in (int[])[0, 1])
        {
            await index.DeleteByIdsAsync(Enumerable.Range(count, RecordCount - count).Select(i => $"r{i:d3}"));
            await index.UpsertAsync($$"""[{"id": "zz", "values": [1, 1], "metadata": {"long": "{{new string('y', room - frame + beyond)}}"} }]""");
            var answer = await index.PostAsync("/query", $"{Query}{count + 1}}}");
            Assert.Equal(beyond == 0 ? 200 : 400, answer.Status);
            Assert.True(beyond > 0 || answer.Body.Length == BytesMax, $"{answer.Body.Length}");
        }
    }

    private static async Task<List<string[]>> PagesAsync(TestIndex index, int limit = 1_000)
    {
        var pages = new List<string[]>();
        string? token = null;
        do
        {
            var page = await index.PostAsync(
                "/vectors/fetch_by_metadata", $$"""{"filter": {"long": {"$exists": true} }, "limit": {{limit}}, "paginationToken": "{{token}}"}""");
            Assert.InRange(page.Body.Length, 1, BytesMax);
            pages.Add([.. page.Json.GetProperty("vectors").EnumerateObject().Select(vector => vector.Name)]);
            token = page.Json.TryGetProperty("pagination", out var pagination) ? pagination.GetProperty("next").GetString() : null;
        }
        while (token is not null);
        return pages;
    }

    private static string Values(Random random) => string.Join(
        ',', Enumerable.Range(0, 300).Select(_ => ((random.NextSingle() - 0.5f) / 1000).ToString("R", CultureInfo.InvariantCulture)));

    private static async Task FillAsync(TestIndex index)
    {
        var metadata = $$"""{"long": "{{new string('x', 30_000)}}"}""";
        foreach (var batch in Enumerable.Range(0, RecordCount).Chunk(40))
            await index.UpsertAsync($"[{string.Join(',', batch.Select(i => $$"""{"id": "r{{i:d3}}", "values": [1, 1], "metadata": {{metadata}} }"""))}]");
    }
}
