namespace VectorServer.Api.Tests.Contract.Data;

public sealed class NamespaceTests
{
    [Fact]
    public async Task A_namespace_is_made_by_its_first_write_and_counted()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a", "b"], "ns");

        (await index.GetAsync("/namespaces/ns")).AssertJson("""{"name": "ns", "record_count": 2}""");
    }

    [Fact]
    public async Task From_2026_07_on_counts_are_decimal_strings()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a"], "ns");

        var described = (await index.GetAsync("/namespaces/ns", "2026-07")).Json;

        Assert.Equal("1", described.GetProperty("record_count").GetString());
        Assert.True(long.Parse(described.GetProperty("size_bytes").GetString()!, System.Globalization.CultureInfo.InvariantCulture) > 0);
    }

    [Fact]
    public async Task A_new_namespace_is_empty_and_taken()
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/namespaces", """{"name": "new"}""")).AssertJson("""{"name": "new", "record_count": 0}""");

        (await index.PostAsync("/namespaces", """{"name": "new"}""")).AssertRefused("already exists", 409, 6);
        (await index.PostAsync("/namespaces", """{"name": "__default__"}""")).AssertRefused("already exists", 409, 6);
    }

    [Fact]
    public async Task A_declared_schema_is_shown()
    {
        await using var index = await TestIndex.CreateAsync();

        var answer = await index.PostAsync(
            "/namespaces", """{"name": "new", "schema": {"fields": {"genre": {"filterable": true}, "_year": {"filterable": true}}}}""");

        var expected = """
            {"name": "new", "record_count": 0, "schema": {"fields": {"genre": {"filterable": true}, "_year": {"filterable": true}}},
             "indexed_fields": {"fields": ["genre", "_year"]}}
            """;
        answer.AssertJson(expected);
        (await index.GetAsync("/namespaces/new")).AssertJson(expected);
    }

    [Theory]
    [InlineData("{}", "name is required", 400)]
    [InlineData("""{"name": ""}""", "name is required", 400)]
    [InlineData("""{"name": "é"}""", "Namespace name must be ASCII", 400)]
    [InlineData("""{"name": "n", "schema": {"genre": {"filterable": true}}}""", "missing field `fields`", 422)]
    [InlineData("""{"name": "n", "schema": {}}""", "missing field `fields`", 422)]
    [InlineData("""{"name": "n", "schema": []}""", "schema", 400)]
    [InlineData("""{"name": "n", "schema": {"fields": {"\ud800": {"filterable": true}}}}""", "", 400)]
    [InlineData("""{"name": "\ud800"}""", "", 400)]
    [InlineData("""{"name": "n", "schema": {"fields": {"genre": null}}}""", "Field 'genre' is set to filterable: false.", 400)]
    [InlineData("""{"name": "n", "schema": {"fields": {"genre": {"filterable": false}}}}""", "Field 'genre' is set to filterable: false.", 400)]
    [InlineData("""{"name": "n", "schema": {"fields": {"genre": {}}}}""", "Field 'genre' is set to filterable: false.", 400)]
    [InlineData("""{"name": "n", "schema": {"fields": {"$genre": {"filterable": true}}}}""", "begin with '$'", 400)]
    public async Task A_namespace_that_breaks_a_rule_is_refused(string body, string message, int status)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/namespaces", body)).AssertRefused(message, status);
    }

    [Fact]
    public async Task The_default_namespace_exists_before_its_first_write()
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.GetAsync("/namespaces/__default__")).AssertJson("""{"name": "__default__", "record_count": 0}""");
        (await index.DeleteAsync("/namespaces/__default__")).AssertJson("{}");
    }

    [Fact]
    public async Task Namespaces_are_listed_by_name_in_pages()
    {
        await using var index = await TestIndex.CreateAsync();
        foreach (var name in new[] { "b", "", "a2", "a1" })
            await index.UpsertIdsAsync(["x"], name);

        var all = (await index.GetAsync("/namespaces")).Json;
        var first = (await index.GetAsync("/namespaces?prefix=a&limit=1")).Json;
        var token = first.GetProperty("pagination").GetProperty("next").GetString();
        var second = await index.GetAsync($"/namespaces?prefix=a&limit=1&paginationToken={token}");

        Assert.Equal(["__default__", "a1", "a2", "b"], all.GetProperty("namespaces").EnumerateArray().Select(ns => ns.GetProperty("name").GetString()));
        Assert.Equal(4, all.GetProperty("total_count").GetInt32());
        Assert.Equal("a1", first.GetProperty("namespaces")[0].GetProperty("name").GetString());
        second.AssertJson("""{"namespaces": [{"name": "a2", "record_count": 1}], "total_count": 2}""");
    }

    [Fact]
    public async Task The_default_namespace_is_listed_under_its_wire_name()
    {
        await using var index = await TestIndex.CreateAsync();
        foreach (var name in new[] { "", "Z", "a" })
            await index.UpsertIdsAsync(["x"], name);

        (await index.GetAsync("/namespaces?prefix=__d")).AssertJson("""{"namespaces": [{"name": "__default__", "record_count": 1}], "total_count": 1}""");
        (await index.GetAsync("/namespaces?prefix=x")).AssertJson("""{"namespaces": [], "total_count": 0}""");

        var seen = new List<string?>();
        var page = (await index.GetAsync("/namespaces?limit=1")).Json;
        while (page.TryGetProperty("pagination", out var pagination))
        {
            seen.Add(page.GetProperty("namespaces")[0].GetProperty("name").GetString());
            page = (await index.GetAsync($"/namespaces?limit=1&paginationToken={pagination.GetProperty("next").GetString()}")).Json;
        }

        seen.Add(page.GetProperty("namespaces")[0].GetProperty("name").GetString());
        Assert.Equal(["Z", "__default__", "a"], seen);
    }

    [Fact]
    public async Task A_deleted_namespace_is_gone()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a"], "ns");

        (await index.DeleteAsync("/namespaces/ns")).AssertJson("{}");

        (await index.GetAsync("/namespaces/ns")).AssertRefused("Namespace not found", 404, 5);
        (await index.DeleteAsync("/namespaces/ns")).AssertRefused("Namespace not found", 404, 5);
        Assert.Empty((await index.GetAsync("/vectors/list?namespace=ns")).Json.GetProperty("vectors").EnumerateArray());
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("a b?c#d")]
    [InlineData("%")]
    [InlineData("..a")]
    [InlineData("a+b")]
    public async Task A_path_carries_any_name_percent_encoded(string name)
    {
        await using var index = await TestIndex.ListenAsync("17480-17489");
        await index.UpsertIdsAsync(["a"], name);
        var path = "/namespaces/" + Uri.EscapeDataString(name);

        Assert.Equal(name, (await index.GetAsync(path + "?x=1/2")).Json.GetProperty("name").GetString());
        (await index.DeleteAsync(path)).AssertJson("{}");
        Assert.Equal(404, (await index.GetAsync(path)).Status);
    }

    [Fact]
    public async Task A_path_with_another_alphabet_is_refused()
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.GetAsync("/namespaces/" + Uri.EscapeDataString("naïve"))).AssertRefused("Namespace name must be ASCII");
        (await index.DeleteAsync("/namespaces/" + new string('x', 513))).AssertRefused("at most 512 characters long, got 513");
    }
}
