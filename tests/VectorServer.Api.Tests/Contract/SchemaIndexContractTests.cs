namespace VectorServer.Api.Tests.Contract;

/// <summary>The index model of 2026-07.</summary>
public sealed class SchemaIndexContractTests
{
    private const string Version = "2026-07";

    private const string Docs = """{"name":"docs","schema":{"fields":{"_values":{"type":"dense_vector","dimension":3,"metric":"euclidean"}}}}""";

    [Fact]
    public async Task A_schema_index_is_managed_in_aws_unless_it_says_otherwise()
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", Docs, Version);

        Assert.Equal(201, answer.Status);
        JsonAssert.Equal(
            """
            {"name":"docs","host":"http://localhost:5081","schema":{"fields":{"_values":{"type":"dense_vector","dimension":3,"metric":"euclidean"}}},
             "deployment":{"deployment_type":"managed","cloud":"aws","region":"us-east-1"},
             "read_capacity":{"mode":"OnDemand","status":{"state":"Ready"}},
             "deletion_protection":"disabled","tags":null,"status":{"ready":true,"state":"Ready"}}
            """,
            answer.Json);
    }

    [Fact]
    public async Task An_index_made_by_one_family_reads_right_in_the_others()
    {
        await using var server = TestServer.Start();
        await server.PostAsync("/indexes", Docs, Version);

        var classic = await server.GetAsync("/indexes/docs", "2025-04");

        JsonAssert.Equal(
            """
            {"name":"docs","metric":"euclidean","host":"http://localhost:5081","spec":{"serverless":{"cloud":"aws","region":"us-east-1"}},
             "status":{"ready":true,"state":"Ready"},"vector_type":"dense","dimension":3,"deletion_protection":"disabled"}
            """,
            classic.Json);
    }

    [Fact]
    public async Task Sparse_and_metadata_fields_come_back_as_declared()
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync(
            "/indexes",
            """{"name":"docs","schema":{"fields":{"_sparse_values":{"type":"sparse_vector"},"year":{"type":"integer","filterable":true,"description":"of print"}}}}""",
            Version);
        var classic = await server.GetAsync("/indexes/docs", "2026-04");

        JsonAssert.Equal(
            """{"fields":{"_sparse_values":{"type":"sparse_vector","metric":"dotproduct"},"year":{"type":"integer","filterable":true,"description":"of print"}}}""",
            answer.Json.GetProperty("schema"));
        Assert.Equal("sparse", classic.Json.GetProperty("vector_type").GetString());
        JsonAssert.Equal(
            """{"fields":{"year":{"filterable":true}}}""", classic.Json.GetProperty("spec").GetProperty("serverless").GetProperty("schema"));
    }

    [Fact]
    public async Task A_hybrid_index_reports_both_fields()
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync(
            "/indexes",
            """{"name":"docs","schema":{"fields":{"_values":{"type":"dense_vector","dimension":3,"metric":"dotproduct"},"_sparse_values":{"type":"sparse_vector"}}}}""",
            Version);

        var fields = answer.Json.GetProperty("schema").GetProperty("fields");
        Assert.Equal("dense_vector", fields.GetProperty("_values").GetProperty("type").GetString());
        Assert.Equal("sparse_vector", fields.GetProperty("_sparse_values").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_name_is_generated_when_none_is_given()
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", Docs.Replace("\"name\":\"docs\",", "", StringComparison.Ordinal), Version);

        Assert.Equal(201, answer.Status);
        Assert.Equal(200, (await server.GetAsync("/indexes/" + answer.Json.GetProperty("name").GetString(), Version)).Status);
    }

    [Theory]
    [InlineData("""{"name":"docs","dimension":3,"schema":{"fields":{}}}""", 422, "unknown field `dimension`")]
    [InlineData("""{"name":"docs"}""", 422, "missing field `schema`")]
    [InlineData("""{"name":"docs","schema":{}}""", 422, "missing field `fields`")]
    [InlineData("""{"schema":{"fields":{"_values":{"dimension":3}}}}""", 422, "missing field `type`")]
    [InlineData("""{"schema":{"fields":{"_values":{"type":"dense_vector","metric":"cosine"}}}}""", 400, "Dimension is required")]
    [InlineData("""{"schema":{"fields":{"_values":{"type":"dense_vector","dimension":3}}}}""", 400, "Metric is required")]
    [InlineData("""{"schema":{"fields":{"_values":{"type":"tensor"}}}}""", 400, "unknown type 'tensor'")]
    [InlineData("""{"schema":{"fields":{"_year":{"type":"integer"}}}}""", 400, "'_year'")]
    [InlineData("""{"schema":{"fields":{"$year":{"type":"integer"}}}}""", 400, "'$year'")]
    [InlineData("""{"schema":{"fields":{"a":{"type":"sparse_vector"},"b":{"type":"sparse_vector"}}}}""", 400, "at most one field of type sparse_vector")]
    [InlineData("""{"schema":{"fields":{"embedding":{"type":"dense_vector","dimension":3,"metric":"cosine"}}}}""", 400, "documents API is not offered")]
    [InlineData("""{"schema":{"fields":{"text":{"type":"semantic_text"}}}}""", 400, "Integrated embedding is not offered")]
    [InlineData("""{"schema":{"fields":{"year":{"type":"integer"}}}}""", 400, "documents API is not offered")]
    [InlineData(
        """{"schema":{"fields":{"_values":{"type":"dense_vector","dimension":3,"metric":"cosine"},"_sparse_values":{"type":"sparse_vector"}}}}""",
        400, "metric dotproduct")]
    [InlineData("""{"schema":{"fields":{"_sparse_values":{"type":"sparse_vector"}}},"deployment":{"deployment_type":"pod"}}""", 400, "Pod indexes")]
    [InlineData("""{"schema":{"fields":{"_sparse_values":{"type":"sparse_vector"}}},"deployment":{"deployment_type":"managed"}}""", 422, "missing field `cloud`")]
    public async Task An_invalid_create_is_refused(string body, int status, string expected)
    {
        await using var server = TestServer.Start();

        var answer = await server.PostAsync("/indexes", body, Version);

        Assert.Equal(status, answer.Status);
        Assert.Contains(expected, answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
