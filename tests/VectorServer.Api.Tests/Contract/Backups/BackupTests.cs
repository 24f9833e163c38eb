using System.Text.Json.Nodes;

namespace VectorServer.Api.Tests.Contract.Backups;

public sealed class BackupTests
{
    [Theory]
    [InlineData("2025-04", 201)]
    [InlineData("2026-04", 201)]
    [InlineData("2026-07", 200)]
    public async Task A_backup_is_created_described_listed_and_deleted(string version, int created)
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs", ids: ["a", "b", "c"]);

        var answer = await server.PostAsync("/indexes/docs/backups", """{"name":"first","description":"before the change"}""", version);
        var id = answer.AssertStatus(created).Text("backup_id");
        await server.WaitForStatusAsync($"/backups/{id}", "Ready");
        var described = (await server.GetAsync($"/backups/{id}", version)).AssertStatus(200);

        Assert.Equal("first", described.Text("name"));
        Assert.Equal("before the change", described.Text("description"));
        Assert.Equal(3, described.Json.GetProperty("record_count").GetInt64());
        Assert.Equal(1, described.Json.GetProperty("namespace_count").GetInt32());
        Assert.True(described.Json.GetProperty("size_bytes").GetInt64() > 0);
        Assert.Equal([id], (await server.GetAsync("/backups", version)).Ids("backup_id"));
        Assert.Equal([id], (await server.GetAsync("/indexes/docs/backups", version)).Ids("backup_id"));

        var deleted = await server.DeleteAsync($"/backups/{id}", version);

        Assert.Equal((202, ""), (deleted.Status, deleted.Body));
        Assert.Empty((await server.GetAsync("/backups", version)).Data());
        (await server.GetAsync($"/backups/{id}", version)).AssertError(404, "NOT_FOUND", $"Backup {id} not found.");
    }

    [Fact]
    public async Task Each_family_shows_the_index_of_a_backup_in_its_own_words()
    {
        await using var server = TestServer.Start();
        (await server.PostAsync(
            "/indexes",
            """
            {"name":"docs","dimension":2,"metric":"dotproduct","tags":{"team":"search"},
             "spec":{"serverless":{"cloud":"gcp","region":"us-central1","schema":{"fields":{"genre":{"filterable":true}}}}}}
            """,
            "2025-10")).AssertStatus(201);
        var id = await server.BackUpAsync("docs");

        var classic = JsonNode.Parse((await server.GetAsync($"/backups/{id}", "2026-04")).Body)!.AsObject();
        var schema = JsonNode.Parse((await server.GetAsync($"/backups/{id}", "2026-07")).Body)!.AsObject();

        Assert.True(Guid.TryParse((string?)classic["source_index_id"], out _));
        foreach (var varying in (string[])["created_at", "size_bytes", "source_index_id"])
        {
            Assert.True(classic.Remove(varying));
            Assert.True(schema.Remove(varying));
        }

        var common = $$"""
            "backup_id":"{{id}}","source_index_name":"docs","status":"Ready","cloud":"gcp","region":"us-central1",
            "record_count":0,"namespace_count":0,"tags":{"team":"search"}
            """;
        AssertSame($$"""{ {{common}},"dimension":2,"metric":"dotproduct","schema":{"fields":{"genre":{"filterable":true} } } }""", classic);
        AssertSame(
            $$"""
            { {{common}},"schema":{"fields":{"_values":{"type":"dense_vector","dimension":2,"metric":"dotproduct"},
              "genre":{"type":"string","filterable":true} } } }
            """,
            schema);
    }

    [Fact]
    public async Task A_backup_under_way_is_Initializing_and_tells_no_counts()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs", ids: ["a"]);
        string id;

        using (await server.HoldJobsAsync())
        {
            var created = (await server.PostAsync("/indexes/docs/backups", "{}")).AssertStatus(201);
            id = created.Text("backup_id");

            Assert.Equal("Initializing", created.Text("status"));
            Assert.False(created.Json.TryGetProperty("record_count", out _));
            Assert.Equal("Initializing", (await server.GetAsync($"/backups/{id}")).Text("status"));
            Assert.Equal([id], (await server.GetAsync("/backups")).Ids("backup_id"));
            (await server.PostAsync($"/backups/{id}/create-index", """{"name":"more"}""")).AssertError(412, "FAILED_PRECONDITION", "not ready");
        }

        var before = (await server.GetAsync($"/backups/{id}")).Text("created_at");
        var ready = await server.WaitForStatusAsync($"/backups/{id}", "Ready");
        Assert.Equal(1, ready.Json.GetProperty("record_count").GetInt64());
        Assert.Equal(before, ready.Text("created_at"));
    }

    [Fact]
    public async Task A_backup_under_way_can_be_deleted_and_does_not_come_back()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs", ids: ["a"]);
        string id;

        using (await server.HoldJobsAsync())
        {
            id = (await server.PostAsync("/indexes/docs/backups", "{}")).Text("backup_id");
            (await server.DeleteAsync($"/backups/{id}")).AssertStatus(202);
            Assert.Equal(404, (await server.GetAsync($"/backups/{id}")).Status);
        }

        await server.BackUpAsync("docs"); // queued behind it, so that one is over
        Assert.Equal(404, (await server.GetAsync($"/backups/{id}")).Status);
    }

    [Fact]
    public async Task An_index_is_not_deleted_while_a_backup_of_it_is_under_way()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs", ids: ["a"]);

        using (await server.HoldJobsAsync())
        {
            var id = (await server.PostAsync("/indexes/docs/backups", "{}")).Text("backup_id");
            (await server.DeleteAsync("/indexes/docs")).AssertError(412, "FAILED_PRECONDITION", $"pending backups for this index: ['{id}']");
        }

        await server.WaitForAsync("/backups", answer => answer.Data().All(backup => backup.GetProperty("status").GetString() == "Ready"));
        (await server.DeleteAsync("/indexes/docs")).AssertStatus(202);
    }

    [Fact]
    public async Task A_byoc_index_has_backups_and_a_pod_index_has_none()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("mine", """{"byoc":{"environment":"aws-us-east-1-b921"}}""");
        await server.CreateIndexAsync("pods", BackupClient.Pod);

        var backup = await server.GetAsync($"/backups/{await server.BackUpAsync("mine")}");

        Assert.Equal("aws-us-east-1-b921", backup.Text("region"));
        (await server.PostAsync("/indexes/pods/backups", "{}")).AssertError(400, "INVALID_ARGUMENT", "create a collection");
    }

    [Fact]
    public async Task Backups_of_a_deleted_index_remain_and_say_when_it_was_deleted()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs", ids: ["a"]);
        var old = await server.BackUpAsync("docs");
        Assert.False((await server.GetAsync($"/backups/{old}", "2026-07")).Json.TryGetProperty("source_index_deleted_at", out _));
        (await server.DeleteAsync("/indexes/docs")).AssertStatus(202);

        (await server.GetAsync("/indexes/docs/backups", "2026-07")).AssertError(404, "NOT_FOUND", "Index docs not found.");
        Assert.Equal([old], (await server.GetAsync("/indexes/docs/backups?include_deleted=true", "2026-07")).Ids("backup_id"));
        Assert.True((await server.GetAsync($"/backups/{old}", "2026-07")).Json.GetProperty("source_index_deleted_at").TryGetDateTimeOffset(out _));

        await server.CreateIndexAsync("docs");
        var young = await server.BackUpAsync("docs");

        Assert.Equal([young], (await server.GetAsync("/indexes/docs/backups", "2026-07")).Ids("backup_id"));
        Assert.Equal([young, old], (await server.GetAsync("/indexes/docs/backups?include_deleted=true", "2026-07")).Ids("backup_id"));
    }

    [Fact]
    public async Task Backups_are_paged_newest_first()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs");
        var ids = new List<string>();
        for (var i = 0; i < 12; i++)
            ids.Insert(0, await server.BackUpAsync("docs"));

        var classic = await server.GetAsync("/backups", "2026-04");
        var schema = await server.GetAsync("/backups", "2026-07");
        var first = await server.GetAsync("/indexes/docs/backups?limit=7");
        var next = first.Json.GetProperty("pagination").GetProperty("next").GetString();
        var last = await server.GetAsync($"/indexes/docs/backups?limit=7&paginationToken={next}");

        Assert.Equal(ids.Take(10), classic.Ids("backup_id"));
        Assert.Equal(ids, schema.Ids("backup_id"));
        Assert.Equal(ids, first.Ids("backup_id").Concat(last.Ids("backup_id")));
        Assert.False(last.Json.TryGetProperty("pagination", out _));
        (await server.GetAsync($"/backups?paginationToken={next}")).AssertError(400, "INVALID_ARGUMENT", "pagination token");
    }

    [Theory]
    [InlineData("/backups?limit=0", "limit must be between 1 and 100")]
    [InlineData("/backups?limit=101", "limit must be between 1 and 100")]
    [InlineData("/restore-jobs?limit=x", "limit must be between 1 and 100")]
    [InlineData("/backups?paginationToken=garbage", "Invalid pagination token")]
    [InlineData("/restore-jobs?paginationToken=garbage", "Invalid pagination token")]
    [InlineData("/indexes/docs/backups?include_deleted=maybe", "include_deleted must be true or false")]
    public async Task Bad_queries_are_400(string path, string message)
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs");

        (await server.GetAsync(path)).AssertError(400, "INVALID_ARGUMENT", message);
    }

    [Fact]
    public async Task The_name_of_a_backup_is_free_before_2026_07_and_then_an_index_name()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs");
        const string Body = """{"name":"Before: the change"}""";

        (await server.PostAsync("/indexes/docs/backups", Body, "2026-04")).AssertStatus(201);
        (await server.PostAsync("/indexes/docs/backups", Body, "2026-07")).AssertError(400, "INVALID_ARGUMENT", "Backup name must consist of");
        (await server.PostAsync("/indexes/docs/backups", """{"name":""}""", "2026-07")).AssertError(400, "INVALID_ARGUMENT", "1 to 45");
        (await server.PostAsync("/indexes/docs/backups", """{"name":7}""")).AssertError(422, "UNPROCESSABLE_ENTITY", "name");
    }

    [Fact]
    public async Task A_backup_without_a_body_is_made()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs");

        var created = await server.SendAsync(HttpMethod.Post, "/indexes/docs/backups", null, "2026-04");

        Assert.False(created.AssertStatus(201).Json.TryGetProperty("name", out _));
    }

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        await using var server = TestServer.Start();

        (await server.PostAsync("/indexes/none/backups", "{}")).AssertError(404, "NOT_FOUND", "Index none not found.");
        (await server.GetAsync("/indexes/none/backups")).AssertError(404, "NOT_FOUND", "Index none not found.");
        (await server.DeleteAsync("/backups/none")).AssertError(404, "NOT_FOUND", "Backup none not found.");
        (await server.GetAsync("/backups/..%2Fregistry.db")).AssertStatus(404);
        (await server.DeleteAsync("/backups/..%2Findexes")).AssertStatus(404);
        (await server.PostAsync("/backups/none/create-index", """{"name":"docs"}""")).AssertError(404, "NOT_FOUND", "Backup none not found.");
        (await server.GetAsync("/restore-jobs/none")).AssertError(404, "NOT_FOUND", "Restore job none not found.");
    }

    private static void AssertSame(string expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
}
