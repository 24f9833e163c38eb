namespace VectorServer.Api.Tests.Contract.Backups;

public sealed class RestoreTests
{
    [Theory]
    [InlineData("2025-04")]
    [InlineData("2026-04")]
    [InlineData("2026-07")]
    public async Task An_index_made_from_a_backup_holds_what_the_backup_holds(string version)
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs", ids: ["a", "b"]);
        var backup = await server.BackUpAsync("docs");
        await server.UpsertAsync("docs", "later");

        var answer = (await server.PostAsync($"/backups/{backup}/create-index", """{"name":"again"}""", version)).AssertStatus(202);
        await server.WaitForStateAsync("again", "Ready");
        var job = (await server.GetAsync($"/restore-jobs/{answer.Text("restore_job_id")}", version)).AssertStatus(200);
        var query = await server.PostAsync("/indexes/again/query", """{"id":"b","topK":5,"includeMetadata":true}""");

        Assert.Equal(["a", "b"], await server.IdsAsync("again"));
        Assert.Equal(2, query.Json.GetProperty("matches").GetArrayLength());
        Assert.Equal(["a", "b", "later"], await server.IdsAsync("docs"));
        Assert.Equal("Completed", job.Text("status"));
        Assert.Equal(backup, job.Text("backup_id"));
        Assert.Equal("again", job.Text("target_index_name"));
        Assert.Equal(answer.Text("index_id"), job.Text("target_index_id"));
        Assert.Equal(100, job.Json.GetProperty("percent_complete").GetDouble());
        Assert.True(job.Json.GetProperty("created_at").GetDateTimeOffset() <= job.Json.GetProperty("completed_at").GetDateTimeOffset());
        Assert.Equal([job.Text("restore_job_id")], (await server.GetAsync("/restore-jobs", version)).Ids("restore_job_id"));
    }

    [Fact]
    public async Task A_restored_index_takes_tags_and_protection_from_the_request_and_the_rest_from_the_backup()
    {
        await using var server = TestServer.Start();
        (await server.PostAsync(
            "/indexes",
            """
            {"name":"docs","dimension":2,"metric":"euclidean","tags":{"team":"search"},"deletion_protection":"enabled",
             "spec":{"serverless":{"cloud":"gcp","region":"us-central1"}}}
            """)).AssertStatus(201);
        var backup = await server.BackUpAsync("docs");

        await server.RestoreAsync(backup, "same");
        (await server.PostAsync(
            $"/backups/{backup}/create-index",
            """
            {"name":"other","tags":{"owner":"me"},"deletion_protection":"enabled",
             "read_capacity":{"mode":"Dedicated","dedicated":{"node_type":"b1","scaling":"Manual","manual":{"replicas":1,"shards":1}}}}
            """,
            "2026-07")).AssertStatus(202);
        await server.WaitForStateAsync("same", "Ready");
        var other = await server.WaitForStateAsync("other", "Ready");
        var same = await server.GetAsync("/indexes/same", "2025-10");

        Assert.Equal("euclidean", same.Text("metric"));
        JsonAssert.Equal(
            """{"serverless":{"cloud":"gcp","region":"us-central1","read_capacity":{"mode":"OnDemand","status":{"state":"Ready"}}}}""",
            same.Json.GetProperty("spec"));
        JsonAssert.Equal("""{"team":"search"}""", same.Json.GetProperty("tags"));
        Assert.Equal("disabled", same.Text("deletion_protection"));
        JsonAssert.Equal("""{"owner":"me"}""", other.Json.GetProperty("tags"));
        Assert.Equal("enabled", other.Text("deletion_protection"));
        Assert.Equal("Dedicated", other.Json.GetProperty("read_capacity").GetProperty("mode").GetString());
        Assert.Equal(backup, other.Text("source_backup_id"));
        Assert.NotEqual(same.Text("host"), other.Text("host"));
    }

    [Fact]
    public async Task An_index_that_is_being_restored_is_seen_but_cannot_be_used_yet()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs", ids: ["a"]);
        var backup = await server.BackUpAsync("docs");
        string host;

        using (await server.HoldJobsAsync())
        {
            var job = await server.RestoreAsync(backup, "again");
            var described = (await server.GetAsync("/indexes/again")).AssertStatus(200);
            host = described.Text("host");

            JsonAssert.Equal("""{"ready":false,"state":"Initializing"}""", described.Json.GetProperty("status"));
            Assert.Equal("Pending", (await server.GetAsync($"/restore-jobs/{job}")).Text("status"));
            Assert.Equal(0, (await server.GetAsync($"/restore-jobs/{job}", "2026-04")).Json.GetProperty("percent_complete").GetDouble());
            Assert.False((await server.GetAsync($"/restore-jobs/{job}", "2026-07")).Json.TryGetProperty("percent_complete", out _));
            var listed = (await server.GetAsync("/indexes")).Json.GetProperty("indexes").EnumerateArray();
            Assert.Equal(["again", "docs"], listed.Select(index => index.GetProperty("name").GetString()));
            var query = await server.PostAsync("/indexes/again/query", """{"vector":[1,2],"topK":1}""");
            Assert.Equal((503, 14), (query.Status, query.Json.GetProperty("code").GetInt32()));
            (await server.PostAsync("/indexes", $$"""{"name":"again","dimension":2,"spec":{{BackupClient.Serverless}}}"""))
                .AssertError(409, "ALREADY_EXISTS", "already exists");
            (await server.PostAsync($"/backups/{backup}/create-index", """{"name":"again"}"""))
                .AssertError(409, "ALREADY_EXISTS", "already exists");
            (await server.PatchAsync("/indexes/again", """{"tags":{"a":"b"}}""")).AssertError(412, "FAILED_PRECONDITION", "not ready");
            (await server.PostAsync("/indexes/again/backups", "{}")).AssertError(412, "FAILED_PRECONDITION", "not ready");
            (await server.DeleteAsync($"/backups/{backup}")).AssertError(412, "FAILED_PRECONDITION", $"pending restore jobs for this backup: ['{job}']");
        }

        var ready = await server.WaitForStateAsync("again", "Ready");
        Assert.Equal(host, ready.Text("host"));
        Assert.Equal(["a"], await server.IdsAsync("again"));
        (await server.DeleteAsync($"/backups/{backup}")).AssertStatus(202);
        Assert.Equal(["a"], await server.IdsAsync("again"));
    }

    [Fact]
    public async Task Deleting_an_index_that_is_being_restored_cancels_the_job_and_frees_the_name()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs", ids: ["a"]);
        var backup = await server.BackUpAsync("docs");
        string job;
        Task<Answer> deletion;

        using (await server.HoldJobsAsync())
        {
            job = await server.RestoreAsync(backup, "again");
            deletion = server.DeleteAsync("/indexes/again");
            await server.WaitForStateAsync("again", "Terminating");
            Assert.Equal("Cancelled", (await server.GetAsync($"/restore-jobs/{job}")).Text("status"));
            (await server.DeleteAsync("/indexes/again")).AssertStatus(202);
            (await server.PostAsync($"/backups/{backup}/create-index", """{"name":"again"}""")).AssertStatus(409);
        }

        (await deletion).AssertStatus(202);
        (await server.GetAsync("/indexes/again")).AssertStatus(404);
        await server.CreateIndexAsync("again");
        Assert.Equal("Cancelled", (await server.GetAsync($"/restore-jobs/{job}")).Text("status"));
        Assert.Empty(await server.IdsAsync("again"));
        (await server.DeleteAsync($"/backups/{backup}")).AssertStatus(202);
    }

    [Fact]
    public async Task A_damaged_backup_fails_the_job_and_its_index_until_that_is_deleted()
    {
        using var data = new TempData();
        await using var server = TestServer.StartOn(data.Path);
        await server.CreateIndexAsync("docs", ids: ["a", "b"]);
        var backup = await server.BackUpAsync("docs");
        Damage(Path.Combine(data.Path, "backups", backup), "*.npy");

        var accepted = await server.PostAsync($"/backups/{backup}/create-index", """{"name":"again","deletion_protection":"enabled"}""");
        var job = accepted.AssertStatus(202).Text("restore_job_id");
        await server.WaitForStatusAsync($"/restore-jobs/{job}", "Failed");
        var described = await server.WaitForStateAsync("again", "InitializationFailed");
        var query = await server.PostAsync("/indexes/again/query", """{"vector":[1,2],"topK":1}""");

        Assert.False(described.Json.GetProperty("status").GetProperty("ready").GetBoolean());
        Assert.Equal(400, query.Status);
        Assert.Contains("delete it", query.Body, StringComparison.Ordinal);
        (await server.DeleteAsync("/indexes/again")).AssertStatus(202);
        (await server.GetAsync("/indexes/again")).AssertStatus(404);
        await server.CreateIndexAsync("again");
        Assert.Equal("Failed", (await server.GetAsync($"/restore-jobs/{job}")).Text("status"));
    }

    [Fact]
    public async Task Of_many_that_want_one_name_exactly_one_gets_it()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs", ids: ["a"]);
        var backup = await server.BackUpAsync("docs");
        var create = $$"""{"name":"again","dimension":2,"spec":{{BackupClient.Serverless}}}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0
            ? server.PostAsync($"/backups/{backup}/create-index", """{"name":"again"}""")
            : server.PostAsync("/indexes", create)));

        Assert.Equal(7, answers.Count(answer => answer.Status == 409));
        Assert.Single(answers, answer => answer.Status is 201 or 202);
        await server.WaitForStateAsync("again", "Ready");
    }

    [Theory]
    [InlineData("""{"name":"Bad"}""", 400, "Index name")]
    [InlineData("""{"name":"x","deletion_protection":"yes"}""", 400, "deletion_protection")]
    [InlineData("""{"name":"x","tags":{"a b":"c"}}""", 400, "Tag keys")]
    [InlineData("""{"name":"x","read_capacity":{"mode":"Some"}}""", 400, "read_capacity.mode")]
    [InlineData("{}", 422, "missing field `name`")]
    public async Task Bad_requests_for_an_index_from_a_backup_are_refused(string body, int status, string message)
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("docs");
        var backup = await server.BackUpAsync("docs");

        var answer = await server.PostAsync($"/backups/{backup}/create-index", body, "2026-07");

        answer.AssertError(status, status == 400 ? "INVALID_ARGUMENT" : "UNPROCESSABLE_ENTITY", message);
        Assert.Empty((await server.GetAsync("/restore-jobs")).Data());
    }

    [Fact]
    public async Task Without_a_free_port_nothing_is_restored_and_the_name_stays_free()
    {
        await using var server = TestServer.Start(("IndexPorts", "5171-5171"));
        await server.CreateIndexAsync("docs");
        var backup = await server.BackUpAsync("docs");

        (await server.PostAsync($"/backups/{backup}/create-index", """{"name":"again"}""")).AssertError(403, "FORBIDDEN", "5171-5171");

        (await server.GetAsync("/indexes/again")).AssertStatus(404);
        Assert.Empty((await server.GetAsync("/restore-jobs")).Data());
        (await server.DeleteAsync($"/backups/{backup}")).AssertStatus(202);
    }

    private static void Damage(string directory, string pattern)
    {
        var file = Assert.Single(Directory.GetFiles(directory, pattern, SearchOption.AllDirectories));
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 0xFF;
        File.WriteAllBytes(file, bytes);
    }
}
