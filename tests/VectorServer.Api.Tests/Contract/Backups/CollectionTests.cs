namespace VectorServer.Api.Tests.Contract.Backups;

public sealed class CollectionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("2026-04")]
    [InlineData("2026-07")]
    public async Task A_collection_is_created_described_listed_and_deleted(string? version)
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("pods", BackupClient.Pod, "a", "b");

        var created = (await server.PostAsync("/collections", """{"name":"tiny","source":"pods"}""", version)).AssertStatus(201);
        var described = await server.WaitForStatusAsync("/collections/tiny", "Ready");
        var listed = (await server.GetAsync("/collections", version)).AssertStatus(200).Json.GetProperty("collections");

        Assert.Equal("us-east1-gcp", created.Text("environment"));
        Assert.Equal("tiny", described.Text("name"));
        Assert.Equal(2, described.Json.GetProperty("dimension").GetInt32());
        Assert.Equal(2, described.Json.GetProperty("vector_count").GetInt32());
        Assert.True(described.Json.GetProperty("size").GetInt64() > 0);
        Assert.Equal("tiny", Assert.Single(listed.EnumerateArray()).GetProperty("name").GetString());
        var deleted = await server.DeleteAsync("/collections/tiny", version);
        Assert.Equal((202, ""), (deleted.Status, deleted.Body));
        (await server.GetAsync("/collections/tiny", version)).AssertError(404, "NOT_FOUND", "Collection tiny not found.");
        Assert.Equal("""{"collections":[]}""", (await server.GetAsync("/collections", version)).Body);
    }

    [Fact]
    public async Task Collections_and_backups_do_not_show_among_each_other()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("pods", BackupClient.Pod, "a");
        await server.PostAsync("/collections", """{"name":"tiny","source":"pods"}""");
        await server.WaitForStatusAsync("/collections/tiny", "Ready");

        Assert.Empty((await server.GetAsync("/backups")).Data());
        Assert.Empty((await server.GetAsync("/indexes/pods/backups")).Data());
        (await server.GetAsync("/backups/collection-tiny")).AssertError(404, "NOT_FOUND", "Backup collection-tiny not found.");
        (await server.DeleteAsync("/backups/collection-tiny")).AssertError(404, "NOT_FOUND", "Backup collection-tiny not found.");
        (await server.PostAsync("/backups/collection-tiny/create-index", """{"name":"x"}""")).AssertStatus(404);
    }

    [Fact]
    public async Task An_index_made_from_a_collection_holds_its_records()
    {
        await using var server = TestServer.Start();
        (await server.PostAsync("/indexes", $$"""{"name":"pods","dimension":2,"metric":"euclidean","spec":{{BackupClient.Pod}}}""")).AssertStatus(201);
        await server.UpsertAsync("pods", "a", "b");
        await server.PostAsync("/collections", """{"name":"tiny","source":"pods"}""");
        await server.WaitForStatusAsync("/collections/tiny", "Ready");
        (await server.DeleteAsync("/indexes/pods")).AssertStatus(202);

        (await server.PostAsync("/indexes", From("tiny", "again"))).AssertStatus(201);
        var ready = await server.WaitForStateAsync("again", "Ready");
        var classic = await server.GetAsync("/indexes/again");

        Assert.Equal(["a", "b"], await server.IdsAsync("again"));
        Assert.Equal("euclidean", classic.Text("metric"));
        Assert.Equal("tiny", classic.Json.GetProperty("spec").GetProperty("pod").GetProperty("source_collection").GetString());
        Assert.Equal("tiny", ready.Text("source_collection"));
        Assert.Empty((await server.GetAsync("/restore-jobs")).Data());
    }

    [Fact]
    public async Task A_serverless_index_is_made_from_a_collection_too()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("pods", BackupClient.Pod, "a");
        await server.PostAsync("/collections", """{"name":"tiny","source":"pods"}""");
        await server.WaitForStatusAsync("/collections/tiny", "Ready");

        (await server.PostAsync(
            "/indexes",
            """{"name":"again","dimension":2,"spec":{"serverless":{"cloud":"aws","region":"us-east-1","source_collection":"tiny"}}}""")).AssertStatus(201);
        await server.WaitForStateAsync("again", "Ready");

        Assert.Equal(["a"], await server.IdsAsync("again"));
    }

    [Fact]
    public async Task What_does_not_suit_a_collection_is_refused()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("pods", BackupClient.Pod, "a");
        await server.CreateIndexAsync("docs");
        await server.PostAsync("/collections", """{"name":"tiny","source":"pods"}""");
        await server.WaitForStatusAsync("/collections/tiny", "Ready");

        (await server.PostAsync("/collections", """{"name":"more","source":"docs"}""")).AssertError(400, "INVALID_ARGUMENT", "Only pod indexes");
        (await server.PostAsync("/collections", """{"name":"tiny","source":"pods"}""")).AssertError(409, "ALREADY_EXISTS", "Resource already exists.");
        (await server.PostAsync("/collections", """{"name":"more","source":"none"}""")).AssertError(404, "NOT_FOUND", "Index none not found.");
        (await server.PostAsync("/collections", """{"name":"No","source":"pods"}""")).AssertError(400, "INVALID_ARGUMENT", "Collection name");
        (await server.PostAsync("/collections", """{"name":"more"}""")).AssertError(422, "UNPROCESSABLE_ENTITY", "missing field `source`");
        (await server.DeleteAsync("/collections/none")).AssertError(404, "NOT_FOUND", "Collection none not found.");
        (await server.PostAsync("/indexes", From("none", "x"))).AssertError(400, "INVALID_ARGUMENT", "Resource none not found");
        (await server.PostAsync("/indexes", From("tiny", "x", dimension: 3))).AssertError(400, "INVALID_ARGUMENT", "Dimension 3");
        (await server.GetAsync("/indexes/x")).AssertStatus(404);
    }

    [Theory]
    [InlineData("none", "Resource none not found")]
    [InlineData("tiny", "Creating an index from collection or backup is not yet supported")]
    public async Task The_schema_family_makes_no_index_from_a_collection(string collection, string message)
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("pods", BackupClient.Pod, "a");
        await server.PostAsync("/collections", """{"name":"tiny","source":"pods"}""");
        await server.WaitForStatusAsync("/collections/tiny", "Ready");

        var answer = await server.PostAsync(
            "/indexes",
            $$"""{"name":"x","source_collection":"{{collection}}","schema":{"fields":{"_values":{"type":"dense_vector","dimension":2,"metric":"cosine"} } } }""",
            "2026-07");

        answer.AssertError(400, "INVALID_ARGUMENT", message);
    }

    [Fact]
    public async Task An_index_from_a_collection_may_have_another_metric()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("pods", BackupClient.Pod);
        await server.PostAsync(
            "/indexes/pods/vectors/upsert",
            """{"vectors":[{"id":"long","values":[9,0.1],"sparseValues":{"indices":[1],"values":[1]}},{"id":"near","values":[1,0]}]}""");
        await server.PostAsync("/collections", """{"name":"tiny","source":"pods"}""");
        await server.WaitForStatusAsync("/collections/tiny", "Ready");
        const string Query = """{"vector":[1,0],"topK":2,"includeValues":true}""";
        Assert.Equal(["near", "long"], Data.AnswerAssertions.MatchIds(await server.PostAsync("/indexes/pods/query", Query)));

        var created = await server.PostAsync("/indexes", From("tiny", "x", metric: "dotproduct"));
        Assert.Equal("dotproduct", created.AssertStatus(201).Text("metric"));
        await server.WaitForStateAsync("x", "Ready");

        var answer = await server.PostAsync("/indexes/x/query", Query);
        Assert.Equal(["long", "near"], Data.AnswerAssertions.MatchIds(answer));
        Assert.Equal(9, answer.Json.GetProperty("matches")[0].GetProperty("score").GetSingle());
        Assert.True(answer.Json.GetProperty("matches")[0].TryGetProperty("sparseValues", out _));
    }

    [Fact]
    public async Task An_index_with_a_pending_collection_is_not_deleted()
    {
        await using var server = TestServer.Start();
        await server.CreateIndexAsync("pods", BackupClient.Pod, "a");

        using (await server.HoldJobsAsync())
        {
            var created = await server.PostAsync("/collections", """{"name":"test-collection","source":"pods"}""");
            Assert.Equal("Initializing", created.AssertStatus(201).Text("status"));
            (await server.DeleteAsync("/indexes/pods")).AssertError(
                412, "FAILED_PRECONDITION", "Unable to delete an index. There are pending collections for this index: ['test-collection']");
            (await server.PostAsync("/indexes", From("test-collection", "x"))).AssertError(412, "FAILED_PRECONDITION", "not ready");
        }

        await server.WaitForStatusAsync("/collections/test-collection", "Ready");
        (await server.DeleteAsync("/indexes/pods")).AssertStatus(202);
    }

    private static string From(string collection, string index, int dimension = 2, string? metric = null) => $$"""
        {"name":"{{index}}","dimension":{{dimension}}{{(metric is null ? "" : $",\"metric\":\"{metric}\"")}},
         "spec":{"pod":{"environment":"us-east1-gcp","pod_type":"p1.x1","source_collection":"{{collection}}"} } }
        """;
}
