using System.Text.Json;

namespace VectorServer.Api.Tests.Contract;

public sealed class IndexContractTests
{
    private const string Serverless = """{"serverless":{"cloud":"aws","region":"us-east-1"}}""";

    private static readonly string Docs = $$"""{"name":"docs","dimension":3,"spec":{{Serverless}}}""";

    [Theory]
    [InlineData(null)]
    [InlineData("2025-04")]
    public async Task A_classic_index_is_ready_as_soon_as_it_is_created(string? version)
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", Docs, version);

        Assert.Equal(201, answer.Status);
        JsonAssert.Equal(
            $$"""
            {"name":"docs","metric":"cosine","host":"http://localhost:5081","spec":{{Serverless}},
             "status":{"ready":true,"state":"Ready"},"vector_type":"dense","dimension":3,"deletion_protection":"disabled"}
            """,
            answer.Json);
    }

    [Fact]
    public async Task From_2025_10_on_the_spec_carries_read_capacity_and_schema()
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync(
            "/indexes",
            """
            {"name":"docs","dimension":3,"spec":{"serverless":{"cloud":"gcp","region":"us-central1","schema":{"fields":{"genre":{"filterable":true}}},
              "read_capacity":{"mode":"Dedicated","dedicated":{"node_type":"t1","scaling":"Manual","manual":{"replicas":2,"shards":1}}}}}}
            """,
            "2025-10");

        JsonAssert.Equal(
            """
            {"serverless":{"cloud":"gcp","region":"us-central1",
              "read_capacity":{"mode":"Dedicated","dedicated":{"node_type":"t1","scaling":"Manual","manual":{"replicas":2,"shards":1}},
                "status":{"state":"Ready","current_replicas":2,"current_shards":1}},
              "schema":{"fields":{"genre":{"filterable":true}}}}}
            """,
            answer.Json.GetProperty("spec"));
    }

    [Fact]
    public async Task A_sparse_index_has_no_dimension_and_metric_dotproduct()
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", $$"""{"name":"docs","vector_type":"sparse","spec":{{Serverless}}}""");

        Assert.Equal(201, answer.Status);
        Assert.False(answer.Json.TryGetProperty("dimension", out _));
        Assert.Equal("dotproduct", answer.Json.GetProperty("metric").GetString());
        Assert.Equal("sparse", answer.Json.GetProperty("vector_type").GetString());
    }

    [Fact]
    public async Task A_pod_index_shows_its_size_in_each_family()
    {
        await using var server = TestServer.Start();

        var created = await server.PostAsync(
            "/indexes", """{"name":"docs","dimension":3,"metric":"euclidean","spec":{"pod":{"environment":"us-east1-gcp","pod_type":"p1.x2","replicas":2}}}""");
        var schema = await server.GetAsync("/indexes/docs", "2026-07");

        JsonAssert.Equal(
            """{"pod":{"environment":"us-east1-gcp","pod_type":"p1.x2","replicas":2,"shards":1,"pods":2}}""", created.Json.GetProperty("spec"));
        JsonAssert.Equal(
            """{"deployment_type":"pod","environment":"us-east1-gcp","pod_type":"p1.x2","replicas":2,"shards":1}""",
            schema.Json.GetProperty("deployment"));
        Assert.False(schema.Json.TryGetProperty("read_capacity", out _));
    }

    [Fact]
    public async Task A_byoc_index_keeps_its_environment()
    {
        await using var server = TestServer.Start();

        await server.PostAsync("/indexes", """{"name":"docs","dimension":3,"spec":{"byoc":{"environment":"aws-us-east-1-b921"}}}""");
        var classic = await server.GetAsync("/indexes/docs", "2025-04");
        var schema = await server.GetAsync("/indexes/docs", "2026-07");

        JsonAssert.Equal("""{"byoc":{"environment":"aws-us-east-1-b921"}}""", classic.Json.GetProperty("spec"));
        JsonAssert.Equal("""{"deployment_type":"byoc","environment":"aws-us-east-1-b921"}""", schema.Json.GetProperty("deployment"));
    }

    [Fact]
    public async Task A_list_holds_every_index_in_the_model_asked_for()
    {
        await using var server = TestServer.Start();
        Assert.Equal("""{"indexes":[]}""", (await server.GetAsync("/indexes")).Body);
        await server.PostAsync("/indexes", Docs);
        await server.PostAsync("/indexes", Docs.Replace("docs", "more", StringComparison.Ordinal));

        var classic = await server.GetAsync("/indexes");
        var schema = await server.GetAsync("/indexes", "2026-07");

        Assert.Equal(["docs", "more"], Names(classic));
        Assert.Equal(["docs", "more"], Names(schema));
        Assert.True(classic.Json.GetProperty("indexes")[0].TryGetProperty("spec", out _));
        Assert.True(schema.Json.GetProperty("indexes")[0].TryGetProperty("schema", out _));
    }

    [Fact]
    public async Task Each_index_gets_a_host_of_its_own()
    {
        await using var server = TestServer.Start(("PublicHost", "vectors.test"));

        var first = await server.PostAsync("/indexes", Docs);
        var second = await server.PostAsync("/indexes", Docs.Replace("docs", "more", StringComparison.Ordinal));

        Assert.Equal("http://vectors.test:5081", first.Json.GetProperty("host").GetString());
        Assert.Equal("http://vectors.test:5082", second.Json.GetProperty("host").GetString());
    }

    [Fact]
    public async Task A_create_beyond_the_port_range_is_refused_and_leaves_nothing_behind()
    {
        await using var server = TestServer.Start(("IndexPorts", "5171-5171"));
        await server.PostAsync("/indexes", Docs);

        var refused = await server.PostAsync("/indexes", Docs.Replace("docs", "more", StringComparison.Ordinal));

        Assert.Equal(403, refused.Status);
        Assert.Contains("5171-5171", refused.Body, StringComparison.Ordinal);
        Assert.Equal(["docs"], Names(await server.GetAsync("/indexes")));
    }

    [Theory]
    [InlineData("2025-04")]
    [InlineData("2026-07")]
    public async Task A_deleted_index_is_gone_and_its_name_is_free(string version)
    {
        await using var server = TestServer.Start();
        await server.PostAsync("/indexes", Docs);

        var deleted = await server.DeleteAsync("/indexes/docs", version);
        var described = await server.GetAsync("/indexes/docs", version);
        var again = await server.PostAsync("/indexes", Docs);

        Assert.Equal((202, ""), (deleted.Status, deleted.Body));
        Assert.Equal(404, described.Status);
        Assert.Equal("""{"status":404,"error":{"code":"NOT_FOUND","message":"Index docs not found."}}""", described.Body);
        Assert.Equal(201, again.Status);
    }

    [Fact]
    public async Task A_taken_name_is_409_with_the_text_that_clients_look_for()
    {
        await using var server = TestServer.Start();
        await server.PostAsync("/indexes", Docs);

        var answer = await server.PostAsync("/indexes", Docs);

        Assert.Equal(409, answer.Status);
        Assert.Equal("""{"status":409,"error":{"code":"ALREADY_EXISTS","message":"Resource already exists."}}""", answer.Body);
    }

    [Fact]
    public async Task Of_many_creates_of_one_name_exactly_one_succeeds()
    {
        await using var server = TestServer.Start();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.PostAsync("/indexes", Docs)));

        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.Equal(7, answers.Count(answer => answer.Status == 409));
    }

    [Fact]
    public async Task Missing_indexes_are_404_for_describe_configure_and_delete()
    {
        await using var server = TestServer.Start();

        Assert.Equal(404, (await server.GetAsync("/indexes/none")).Status);
        Assert.Equal(404, (await server.PatchAsync("/indexes/none", "{}")).Status);
        Assert.Equal(404, (await server.DeleteAsync("/indexes/none")).Status);
    }

    [Theory]
    [InlineData(""" "name":"" """, 400, "1 to 45")]
    [InlineData(""" "name":"a123456789b123456789c123456789d123456789e12345" """, 400, "1 to 45")]
    [InlineData(""" "name":"Docs" """, 400, "lower case")]
    [InlineData(""" "name":"-docs" """, 400, "lower case")]
    [InlineData(""" "name":"docs-" """, 400, "lower case")]
    [InlineData(""" "name":"../docs" """, 400, "lower case")]
    [InlineData(""" "name":"docs\n" """, 400, "lower case")]
    [InlineData(""" "dimension":0 """, 400, "between 1 and 20000")]
    [InlineData(""" "dimension":20001 """, 400, "between 1 and 20000")]
    [InlineData(""" "dimension":null """, 400, "required")]
    [InlineData(""" "metric":"manhattan" """, 400, "cosine, euclidean, dotproduct")]
    [InlineData(""" "vector_type":"sparse" """, 400, "must not be set for sparse")]
    [InlineData(""" "vector_type":"sparse","dimension":null,"metric":"cosine" """, 400, "dotproduct")]
    [InlineData(""" "vector_type":"hybrid" """, 400, "dense or sparse")]
    [InlineData(""" "deletion_protection":"on" """, 400, "enabled or disabled")]
    [InlineData(""" "tags":{"a b":"c"} """, 400, "Tag keys")]
    [InlineData(""" "tags":{"a":"ü"} """, 400, "printable ASCII")]
    [InlineData(""" "tags":{"vs_compression":"zip"} """, 400, "spectral_k64")]
    [InlineData(""" "spec":{} """, 400, "exactly one")]
    [InlineData(""" "spec":{"pod":{"environment":"e","pod_type":"p1"},"byoc":{"environment":"e"}} """, 400, "exactly one")]
    [InlineData(""" "spec":{"pod":{"environment":"e","pod_type":"q1.x1"}} """, 400, "pod_type")]
    [InlineData(""" "spec":{"pod":{"environment":"e","pod_type":"p1.x1","replicas":0}} """, 400, "replicas")]
    [InlineData(""" "spec":{"serverless":{"cloud":"aws","region":"us-north-9"}} """, 404, "Resource cloud: aws region: us-north-9 not found.")]
    [InlineData(""" "spec":{"serverless":{"cloud":"moon","region":"us-east-1"}} """, 404, "Resource cloud: moon region: us-east-1 not found.")]
    [InlineData(""" "spec":{"serverless":{"cloud":"aws","region":"us-east-1","source_collection":"c"}} """, 400, "Resource c not found")]
    [InlineData(""" "spec":{"serverless":{"cloud":"aws","region":"us-east-1","read_capacity":{"mode":"Fast"}}} """, 400, "OnDemand or Dedicated")]
    [InlineData(""" "spec":{"serverless":{"cloud":"aws","region":"us-east-1","schema":{"fields":{"a":{"filterable":false}}}}} """, 400, "filterable: true")]
    [InlineData(""" "vs_calibration":[[1,2]] """, 400, "does not match the dimension of the index 3")]
    [InlineData(""" "vs_calibration":[[1,2,1e99]] """, 400, "beyond float32")]
    public async Task An_invalid_field_is_refused_by_its_name(string fields, int status, string expected)
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", Merge(Docs, "{" + fields + "}"));

        Assert.Equal(status, answer.Status);
        Assert.Contains(expected, answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Names(await server.GetAsync("/indexes")));
    }

    [Fact]
    public async Task An_unknown_field_is_harmless_before_2026_07()
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", Merge(Docs, """{"shiny":{"new":true}}"""), "2026-04");

        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public async Task Everything_said_of_an_index_survives_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-").FullName;
        try
        {
            string before;
            await using (var server = TestServer.Start(("DataDirectory", directory)))
            {
                await server.PostAsync("/indexes", Merge(Docs, """{"deletion_protection":"enabled","tags":{"team":"search"}}"""));
                before = (await server.GetAsync("/indexes/docs", "2026-04")).Body;
            }

            await using var restarted = TestServer.Start(("DataDirectory", directory));

            Assert.Equal(before, (await restarted.GetAsync("/indexes/docs", "2026-04")).Body);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static IEnumerable<string?> Names(Answer list) =>
        list.Json.GetProperty("indexes").EnumerateArray().Select(index => index.GetProperty("name").GetString());

    private static string Merge(string json, string changes)
    {
        var merged = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
        foreach (var (key, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(changes)!)
            merged[key] = value;
        return JsonSerializer.Serialize(merged);
    }
}
