namespace VectorServer.Api.Tests.Contract.Data;

public sealed class ListTests
{
    [Fact]
    public async Task Ids_are_listed_in_byte_order_and_the_last_page_has_no_pagination()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["b", "a", "B", "a1", "a/2"], "ns");

        var answer = await index.GetAsync("/vectors/list?namespace=ns");

        answer.AssertJson("""
            {"vectors": [{"id": "B"}, {"id": "a"}, {"id": "a/2"}, {"id": "a1"}, {"id": "b"}], "namespace": "ns", "usage": {"readUnits": 1}}
            """);
        Assert.True(answer.LsnOf("x-pinecone-max-indexed-lsn") > 0);
    }

    [Theory]
    [InlineData("paginationToken")]
    [InlineData("pagination_token")]
    public async Task Pages_join_into_every_id_with_the_prefix_once(string tokenName)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(Enumerable.Range(0, 23).Select(i => $"doc#{i:d2}").Append("other"));

        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = await index.GetAsync($"/vectors/list?prefix=doc%23&limit=5&{tokenName}={token}");
            seen.AddRange(page.Json.GetProperty("vectors").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            token = page.Json.TryGetProperty("pagination", out var pagination) ? pagination.GetProperty("next").GetString() : null;
        }
        while (token is not null);

        Assert.Equal(Enumerable.Range(0, 23).Select(i => $"doc#{i:d2}"), seen);
    }

    [Fact]
    public async Task A_full_last_page_has_no_pagination()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a", "b"]);

        Assert.False((await index.GetAsync("/vectors/list?limit=2")).Json.TryGetProperty("pagination", out _));
    }

    [Theory]
    [InlineData("limit=0", "limit must be between 1 and 100, got '0'")]
    [InlineData("limit=101", "limit must be between 1 and 100, got '101'")]
    [InlineData("limit=ten", "limit must be between 1 and 100, got 'ten'")]
    [InlineData("paginationToken=nonsense", "Invalid pagination token")]
    [InlineData("paginationToken=%00", "Invalid pagination token")]
    public async Task A_list_that_breaks_a_rule_is_refused(string query, string message)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.GetAsync("/vectors/list?" + query)).AssertRefused(message);
    }

    [Theory]
    [InlineData("prefix=b")]
    [InlineData("prefix=a&namespace=other")]
    public async Task A_page_token_is_refused_with_another_listing(string other)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a1", "a2", "b1", "b2"]);
        var page = await index.GetAsync("/vectors/list?prefix=a&limit=1");
        var token = page.Json.GetProperty("pagination").GetProperty("next").GetString();

        (await index.GetAsync($"/vectors/list?{other}&paginationToken={token}")).AssertRefused("Invalid pagination token");
        (await index.GetAsync($"/namespaces?prefix=a&paginationToken={token}")).AssertRefused("Invalid pagination token");
    }
}
