namespace VectorServer.Api.Tests.Contract.Data;

public sealed class AliasListTests
{
    private const string Path = "/namespace-aliases";

    [Fact]
    public async Task Aliases_are_listed_by_name_and_filtered_by_prefix_and_target()
    {
        await using var index = await CreateAsync();

        var all = await index.GetAsync(Path, "2026-07");

        Assert.Equal(["Z", "a", "b1", "b2", "b3"], Names(all));
        Assert.Equal(5, all.Json.GetProperty("total_count").GetInt32());
        Assert.False(all.Json.TryGetProperty("pagination", out _));
        Assert.Equal(["b1", "b2", "b3"], Names(await index.GetAsync(Path + "?prefix=b")));
        Assert.Equal(["a", "b2"], Names(await index.GetAsync(Path + "?target_namespace=blue")));
        Assert.Equal(["b1", "b3"], Names(await index.GetAsync(Path + "?target_namespace=__default__&prefix=b")));
        (await index.GetAsync(Path + "?target_namespace=missing")).AssertJson("""{"namespace_aliases": [], "total_count": 0}""");
    }

    [Fact]
    public async Task A_token_carries_the_filters_of_its_list()
    {
        await using var index = await CreateAsync();

        var first = await index.GetAsync(Path + "?prefix=b&target_namespace=__default__&limit=1");
        var token = Token(first);
        var second = await index.GetAsync($"{Path}?limit=1&paginationToken={token}");
        var again = await index.GetAsync($"{Path}?limit=1&paginationToken={token}&prefix=b&target_namespace=__default__");

        Assert.Equal(["b1"], Names(first));
        Assert.Equal(["b3"], Names(second));
        Assert.Equal(2, second.Json.GetProperty("total_count").GetInt32());
        Assert.False(second.Json.TryGetProperty("pagination", out _));
        Assert.Equal(second.Body, again.Body);
    }

    [Fact]
    public async Task A_token_with_other_filters_than_its_own_is_refused()
    {
        await using var index = await CreateAsync();
        var plain = Token(await index.GetAsync(Path + "?limit=1"));
        var filtered = Token(await index.GetAsync(Path + "?limit=1&prefix=b&target_namespace=__default__"));

        (await index.GetAsync($"{Path}?paginationToken={plain}&prefix=b")).AssertReason("LIST_INVALID_TOKEN_WITH_PREFIX");
        (await index.GetAsync($"{Path}?paginationToken={plain}&target_namespace=blue")).AssertReason("LIST_INVALID_TOKEN_WITH_TARGET");
        (await index.GetAsync($"{Path}?paginationToken={filtered}&prefix=c")).AssertReason("LIST_INVALID_TOKEN_WITH_NEW_PREFIX");
        (await index.GetAsync($"{Path}?paginationToken={filtered}&target_namespace=blue")).AssertReason("LIST_INVALID_TOKEN_WITH_NEW_TARGET");
    }

    [Fact]
    public async Task A_token_of_nothing_or_of_another_list_is_refused()
    {
        await using var index = await CreateAsync();
        var whole = Token(await index.GetAsync(Path + "?limit=1"));
        var ofNamespaces = Token(await index.GetAsync("/namespaces?limit=1"));

        foreach (var token in new[] { "x", "!!", "AAAAAAAAAAAAAAAA", whole[..^1], (whole[0] == 'A' ? "B" : "A") + whole[1..], ofNamespaces })
            (await index.GetAsync($"{Path}?paginationToken={token}")).AssertReason("INVALID_PAGINATION_TOKEN");
    }

    [Theory]
    [InlineData("limit=0", "LIST_INVALID_LIMIT")]
    [InlineData("limit=101", "LIST_INVALID_LIMIT")]
    [InlineData("limit=-1", "LIST_INVALID_LIMIT")]
    [InlineData("limit=ten", "LIST_INVALID_LIMIT")]
    [InlineData("limit=99999999999999999999", "LIST_INVALID_LIMIT")]
    [InlineData("target_namespace=", "TARGET_FILTER_EMPTY")]
    [InlineData("target_namespace=%C3%A9", "NAMESPACE_INVALID")]
    [InlineData("prefix=%C3%A9", "PREFIX_MUST_BE_ASCII")]
    [InlineData("prefix=a%00", "PREFIX_MUST_NOT_CONTAIN_NULL_CHARACTER")]
    public async Task A_parameter_that_breaks_a_rule_is_refused_with_its_reason(string query, string reason)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.GetAsync($"{Path}?{query}")).AssertReason(reason);
    }

    [Fact]
    public async Task A_prefix_too_long_and_a_parameter_unknown_are_refused()
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.GetAsync($"{Path}?prefix={new string('x', 513)}")).AssertReason("PREFIX_TOO_LONG");
        (await index.GetAsync($"{Path}?filter=x")).AssertRefused("Unknown query parameter 'filter'");
        Assert.Equal(200, (await index.GetAsync($"{Path}?prefix=&limit=100&pagination_token=")).Status);
    }

    private static async Task<TestIndex> CreateAsync()
    {
        var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["x"], "blue");
        await index.UpsertIdsAsync(["x"], "green");
        foreach (var (name, target) in new[] { ("b2", "blue"), ("Z", ""), ("b1", ""), ("a", "blue"), ("b3", "") })
            index.Engine.CreateAlias(name, target);
        return index;
    }

    private static string[] Names(Answer answer) =>
        [.. answer.Json.GetProperty("namespace_aliases").EnumerateArray().Select(alias => alias.GetProperty("name").GetString()!)];

    private static string Token(Answer answer) => answer.Json.GetProperty("pagination").GetProperty("next").GetString()!;
}
