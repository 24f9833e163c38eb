using System.Globalization;

namespace VectorServer.Api.Tests.Contract.Data;

public sealed class AliasTests
{
    private const string Path = "/namespace-aliases";

    [Fact]
    public async Task An_alias_is_created_described_repointed_and_deleted()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a"], "blue");

        var created = (await index.PostAsync(Path, """{"name": "live", "target_namespace": "blue"}""", "2026-07")).Json;
        (await index.GetAsync(Path + "/live", "2026-07")).AssertJson(created.GetRawText());
        var repointed = (await index.PatchAsync(Path + "/live", """{"target_namespace": "__default__"}""", "2026-07")).Json;
        (await index.GetAsync(Path + "/live")).AssertJson(repointed.GetRawText());
        (await index.DeleteAsync(Path + "/live", "2026-07")).AssertJson("{}");

        Assert.Equal(["name", "target_namespace", "created_at", "updated_at"], created.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("live", "blue"), (created.GetProperty("name").GetString(), created.GetProperty("target_namespace").GetString()));
        Assert.Equal("__default__", repointed.GetProperty("target_namespace").GetString());
        Assert.Equal(created.GetProperty("created_at").GetString(), repointed.GetProperty("created_at").GetString());
        Assert.True(Time("updated_at", repointed) > Time("updated_at", created));
        Assert.Equal(Time("created_at", created), Time("updated_at", created));
        (await index.GetAsync(Path + "/live")).AssertRefused("Namespace alias 'live' not found", 404, 5);
        (await index.PatchAsync(Path + "/live", """{"target_namespace": "blue"}""")).AssertRefused("not found", 404, 5);
        (await index.DeleteAsync(Path + "/live")).AssertRefused("not found", 404, 5);

        static DateTimeOffset Time(string field, System.Text.Json.JsonElement alias)
        {
            var text = alias.GetProperty(field).GetString()!;
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$", text);
            return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task Reads_by_an_alias_answer_with_the_target_and_its_name()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync("""[{"id": "a", "values": [1, 1], "metadata": {"x": 1}}]""", "blue");
        await CreateAsync(index, "live", "blue");
        await CreateAsync(index, "default", "__default__");

        foreach (var answer in new[]
        {
            await index.PostAsync("/query", """{"namespace": "live", "topK": 1, "vector": [1, 1]}"""),
            await index.GetAsync("/vectors/fetch?ids=a&namespace=live"),
            await index.PostAsync("/vectors/fetch_by_metadata", """{"namespace": "live", "filter": {"x": 1}}"""),
            await index.GetAsync("/vectors/list?namespace=live"),
        })
        {
            Assert.Equal("blue", answer.Json.GetProperty("namespace").GetString());
            Assert.Contains("\"id\":\"a\"", answer.Body, StringComparison.Ordinal);
            Assert.Single(answer.Headers.GetValues("x-pinecone-max-indexed-lsn"));
        }

        Assert.Equal("__default__", (await index.GetAsync("/vectors/list?namespace=default")).Json.GetProperty("namespace").GetString());
        Assert.Equal("", (await index.GetAsync("/vectors/list")).Json.GetProperty("namespace").GetString());
    }

    [Fact]
    public async Task Statistics_and_lists_of_namespaces_never_show_aliases()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a"], "blue");
        await CreateAsync(index, "live", "blue");

        (await index.GetAsync("/namespaces")).AssertJson("""{"namespaces": [{"name": "blue", "record_count": 1}], "total_count": 1}""");
        JsonAssert.Equal("""{"blue": {"vectorCount": 1} }""", (await index.PostAsync("/describe_index_stats", "{}")).Json.GetProperty("namespaces"));
    }

    [Fact]
    public async Task Writes_and_operations_on_namespaces_by_an_alias_are_refused_with_their_reasons()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a"], "blue");
        await CreateAsync(index, "live", "blue");

        (await index.PostAsync("/vectors/upsert", """{"namespace": "live", "vectors": [{"id": "a", "values": [1, 1]}]}""")).AssertReason("NAME_IN_USE_BY_ALIAS", 409, 6);
        (await index.PostAsync("/namespaces", """{"name": "live"}""")).AssertReason("NAME_IN_USE_BY_ALIAS", 409, 6);
        (await index.PostAsync("/vectors/update", """{"namespace": "live", "id": "a", "values": [2, 2]}""")).AssertReason("WRITE_TO_ALIAS", code: 9);
        (await index.PostAsync("/vectors/update", """{"namespace": "live", "filter": {"x": 1}, "setMetadata": {"x": 2}, "dryRun": true}""")).AssertReason("WRITE_TO_ALIAS", code: 9);
        (await index.PostAsync("/vectors/delete", """{"namespace": "live", "ids": ["a"]}""")).AssertReason("WRITE_TO_ALIAS", code: 9);
        (await index.PostAsync("/vectors/delete", """{"namespace": "live", "deleteAll": true}""")).AssertReason("WRITE_TO_ALIAS", code: 9);
        (await index.DeleteAsync("/vectors/delete?ids=a&namespace=live")).AssertReason("WRITE_TO_ALIAS", code: 9);
        (await index.GetAsync("/namespaces/live")).AssertReason("NAMESPACE_OPERATION_ON_ALIAS", code: 9);
        (await index.DeleteAsync("/namespaces/live")).AssertReason("NAMESPACE_OPERATION_ON_ALIAS", code: 9);
        (await index.DeleteAsync("/namespaces/blue")).AssertReason("NAMESPACE_TARGETED_BY_ALIAS", code: 9);
    }

    [Theory]
    [InlineData("{}", "ALIAS_NAME_INVALID")]
    [InlineData("""{"name": ""}""", "ALIAS_NAME_INVALID")]
    [InlineData("""{"name": "a b"}""", "ALIAS_NAME_INVALID")]
    [InlineData("""{"name": "é"}""", "ALIAS_NAME_INVALID")]
    [InlineData("""{"name": "__default__"}""", "ALIAS_NAME_INVALID")]
    [InlineData("""{"name": ".."}""", "ALIAS_NAME_INVALID")]
    [InlineData("""{"name": "a", "target_namespace": null}""", "TARGET_NAMESPACE_REQUIRED")]
    [InlineData("""{"name": "a", "target_namespace": ""}""", "TARGET_NAMESPACE_REQUIRED")]
    [InlineData("""{"name": "a", "target_namespace": "é"}""", "NAMESPACE_INVALID")]
    [InlineData("""{"name": "a", "target_namespace": "a\u0000"}""", "NAMESPACE_INVALID")]
    [InlineData("""{"name": "a", "target_namespace": "missing"}""", "TARGET_NAMESPACE_NOT_FOUND")]
    [InlineData("""{"name": "a", "target_namespace": "live"}""", "TARGET_IS_ALIAS")]
    public async Task An_alias_that_breaks_a_rule_is_refused_with_its_reason(string body, string reason)
    {
        await using var index = await TestIndex.CreateAsync();
        await CreateAsync(index, "live", "__default__");
        if (!body.Contains("target_namespace", StringComparison.Ordinal))
            body = body.Insert(body.Length - 1, (body == "{}" ? "" : ",") + "\"target_namespace\": \"__default__\"");

        (await index.PostAsync(Path, body)).AssertReason(reason);
        if (reason != "ALIAS_NAME_INVALID")
            (await index.PatchAsync(Path + "/live", body)).AssertReason(reason);
    }

    [Fact]
    public async Task Names_too_long_are_refused()
    {
        await using var index = await TestIndex.CreateAsync();
        var tooLong = new string('x', 513);

        (await index.PostAsync(Path, $$"""{"name": "{{tooLong}}", "target_namespace": "__default__"}""")).AssertReason("ALIAS_NAME_INVALID");
        (await index.PostAsync(Path, $$"""{"name": "a", "target_namespace": "{{tooLong}}"}""")).AssertReason("NAMESPACE_TOO_LONG");
        (await index.GetAsync(Path + "/" + tooLong)).AssertReason("ALIAS_NAME_INVALID");
        (await index.DeleteAsync(Path + "/a%2Fb")).AssertReason("ALIAS_NAME_INVALID");
        (await index.GetAsync(Path + "?target_namespace=" + tooLong)).AssertReason("NAMESPACE_TOO_LONG");
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_tells_the_target()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a"], "blue");
        await CreateAsync(index, "live", "blue");
        await CreateAsync(index, "default", "__default__");

        (await index.PostAsync(Path, """{"name": "live", "target_namespace": "__default__"}"""))
            .AssertReason("ALIAS_ALREADY_EXISTS", 409, 6, """{"target_namespace": "blue"}""");
        (await index.PostAsync(Path, """{"name": "default", "target_namespace": "blue"}"""))
            .AssertReason("ALIAS_ALREADY_EXISTS", 409, 6, """{"target_namespace": "__default__"}""");
        (await index.PostAsync(Path, """{"name": "blue", "target_namespace": "__default__"}""")).AssertReason("NAME_IN_USE_BY_NAMESPACE", 409, 6);
    }

    [Fact]
    public async Task One_alias_too_many_is_refused()
    {
        await using var index = await TestIndex.CreateAsync();
        for (var i = 0; i < 1000; i++)
            index.Engine.CreateAlias($"a{i}", "");

        (await index.PostAsync(Path, """{"name": "more", "target_namespace": "__default__"}""")).AssertReason("ALIASES_PER_INDEX_EXCEEDED", code: 9);
    }

    [Fact]
    public async Task A_target_that_cannot_be_read_is_not_active()
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-");
        try
        {
            await using (var server = TestServer.Listen(directory.FullName, ("IndexPorts", "18650-18654")))
            {
                await server.PostAsync("/indexes", """{"name": "things", "dimension": 2, "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }""");
                Assert.Equal(200, (await server.PostAsync("/indexes/things/namespaces", """{"name": "blue"}""")).Status);
            }

            File.WriteAllText(System.IO.Path.Combine(directory.FullName, "indexes", "things", "blue", "checkpoint.json"), "{");
            await using var restarted = TestServer.Listen(directory.FullName, ("IndexPorts", "18650-18654"));

            (await restarted.PostAsync("/indexes/things" + Path, """{"name": "live", "target_namespace": "blue"}""")).AssertReason("TARGET_NAMESPACE_NOT_ACTIVE", code: 9);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("2024-07")]
    [InlineData("2025-10")]
    [InlineData("2026-04")]
    [InlineData("2026-01.alpha")]
    public async Task A_version_without_aliases_is_refused(string version)
    {
        await using var index = await TestIndex.CreateAsync();
        await CreateAsync(index, "live", "__default__");

        (await index.PostAsync(Path, """{"name": "a", "target_namespace": "__default__"}""", version)).AssertReason("API_VERSION_TOO_OLD");
        (await index.GetAsync(Path, version)).AssertReason("API_VERSION_TOO_OLD");
        (await index.GetAsync(Path + "/live", version)).AssertReason("API_VERSION_TOO_OLD");
        (await index.PatchAsync(Path + "/live", """{"target_namespace": "__default__"}""", version)).AssertReason("API_VERSION_TOO_OLD");
        (await index.DeleteAsync(Path + "/live", version)).AssertReason("API_VERSION_TOO_OLD");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2026-07")]
    [InlineData("2026-10")]
    [InlineData("unstable")]
    public async Task A_version_with_aliases_or_none_that_is_known_is_served(string? version)
    {
        await using var index = await TestIndex.CreateAsync();

        Assert.Equal(200, (await index.PostAsync(Path, """{"name": "a", "target_namespace": "__default__"}""", version)).Status);
        Assert.Equal(200, (await index.GetAsync(Path, version)).Status);
    }

    private static async Task CreateAsync(TestIndex index, string name, string target)
    {
        var answer = await index.PostAsync(Path, $$"""{"name": "{{name}}", "target_namespace": "{{target}}"}""");
        Assert.True(answer.Status == 200, answer.Body);
    }
}
