namespace VectorServer.Api.Tests.Contract.Data;

public sealed class UpsertTests
{
    [Fact]
    public async Task Upsert_answers_the_count_and_the_lsn_of_the_write()
    {
        await using var index = await TestIndex.CreateAsync();

        var answer = await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0]}, {"id": "b", "values": [0, 1]}]}""");

        answer.AssertJson("""{"upsertedCount": 2}""");
        Assert.True(answer.LsnOf("x-pinecone-request-lsn") > 0);
    }

    [Fact]
    public async Task A_write_is_visible_to_the_next_read_by_its_lsn()
    {
        await using var index = await TestIndex.CreateAsync();
        var written = await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0]}]}""");

        var fetched = await index.GetAsync("/vectors/fetch?ids=a");
        var queried = await index.PostAsync("/query", """{"vector": [1, 0], "topK": 1}""");

        Assert.True(fetched.LsnOf("x-pinecone-max-indexed-lsn") >= written.LsnOf("x-pinecone-request-lsn"));
        Assert.True(queried.LsnOf("x-pinecone-max-indexed-lsn") >= written.LsnOf("x-pinecone-request-lsn"));
    }

    [Fact]
    public async Task Upsert_replaces_a_record_whole()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertAsync("""[{"id": "a", "values": [1, 0], "metadata": {"genre": "drama"}}]""");

        await index.UpsertAsync("""[{"id": "a", "values": [0, 1]}]""");

        (await index.GetAsync("/vectors/fetch?ids=a")).AssertJson(
            """{"vectors": {"a": {"id": "a", "values": [0, 1]}}, "namespace": "", "usage": {"readUnits": 1}}""");
    }

    [Fact]
    public async Task Original_snake_case_names_are_read_too()
    {
        await using var index = await TestIndex.CreateAsync(metric: "dotproduct");

        await index.UpsertAsync("""[{"id": "a", "values": [1, 0], "sparse_values": {"indices": [7], "values": [0.5]}}]""");

        var record = (await index.GetAsync("/vectors/fetch?ids=a")).Json.GetProperty("vectors").GetProperty("a");
        Assert.Equal("""{"indices":[7],"values":[0.5]}""", record.GetProperty("sparseValues").GetRawText());
    }

    [Theory]
    [InlineData("""{"id": "bad", "values": [1, 2, 3]}""", "Vector dimension 3 does not match the dimension of the index 2 (vectors[1], id 'bad')")]
    [InlineData("""{"id": "bad"}""", "Vector dimension 0 does not match the dimension of the index 2 (vectors[1], id 'bad')")]
    [InlineData("""{"id": "bad", "values": [0, 0]}""", "Dense vectors must contain at least one non-zero value. Vector ID 'bad'")]
    [InlineData("""{"id": "bad", "values": [1, 1e39]}""", "position 1 of id 'bad'")]
    [InlineData("""{"id": "bad", "values": [1, 1e400]}""", "position 1 of id 'bad'")]
    [InlineData("""{"id": "bad", "values": [1, "NaN"]}""", "vectors[1].values")]
    [InlineData("""{"id": "bad", "values": [1, null]}""", "vectors[1].values")]
    [InlineData("""{"id": "bad", "values": "1, 2"}""", "vectors[1].values")]
    [InlineData("""{"id": 7, "values": [1, 1]}""", "vectors[1].id")]
    [InlineData("""{"values": [1, 1]}""", "vectors[1].id is required")]
    [InlineData("""{"id": "", "values": [1, 1]}""", "vectors[1].id is required")]
    [InlineData("""{"id": "\ud800", "values": [1, 1]}""", "vectors[1].id")]
    [InlineData("""{"id": "bad", "values": [1, 1], "metadata": {"\ud800": 1}}""", "(vectors[1], id 'bad')")]
    [InlineData("""{"id": "bad", "values": [1, 1], "metadata": {"a": "\ud800"}}""", "(vectors[1], id 'bad')")]
    [InlineData("""{"id": "naïve", "values": [1, 1]}""", "vectors[1].id must be ASCII")]
    [InlineData("""{"id": "a\u0000b", "values": [1, 1]}""", "vectors[1].id must be ASCII")]
    [InlineData("null", "vectors[1] must be an object")]
    [InlineData("""{"id": "bad", "values": [1, 1], "metadata": {"a": {"b": 1}}}""", "for field 'a' (vectors[1], id 'bad')")]
    [InlineData("""{"id": "bad", "values": [1, 1], "metadata": {"a": null}}""", "for field 'a' (vectors[1], id 'bad')")]
    [InlineData("""{"id": "bad", "values": [1, 1], "metadata": [1]}""", "Metadata must be an object")]
    [InlineData("""{"id": "bad", "sparseValues": {"indices": [1], "values": [1]}}""", "Vector dimension 0")]
    [InlineData("""{"id": "bad", "values": [1, 1], "sparseValues": {"indices": [1, 2], "values": [1]}}""", "same length")]
    [InlineData("""{"id": "bad", "values": [1, 1], "sparseValues": {"indices": [-1], "values": [1]}}""", "vectors[1].sparseValues.indices")]
    [InlineData("""{"id": "bad", "values": [1, 1], "sparseValues": {"indices": [1.5], "values": [1]}}""", "vectors[1].sparseValues.indices")]
    [InlineData("""{"id": "bad", "values": [1, 1], "sparseValues": {"indices": [4294967296], "values": [1]}}""", "vectors[1].sparseValues.indices")]
    public async Task A_batch_with_one_bad_record_is_refused_by_name_and_writes_none(string bad, string message)
    {
        await using var index = await TestIndex.CreateAsync();

        var answer = await index.PostAsync("/vectors/upsert", $$"""{"vectors": [{"id": "good", "values": [1, 0]}, {{bad}}]}""");

        answer.AssertRefused(message);
        (await index.GetAsync("/vectors/fetch?ids=good")).AssertJson("""{"vectors": {}, "namespace": "", "usage": {"readUnits": 1}}""");
    }

    [Theory]
    [InlineData("{}", "vectors is required")]
    [InlineData("""{"vectors": []}""", "vectors is required")]
    [InlineData("""{"vectors": null}""", "vectors is required")]
    [InlineData("""{"vectors": {}}""", "vectors")]
    [InlineData("""{"vectors": [{"id": "a", "values": [1, 0]}], "namespace": "é"}""", "Namespace name must be ASCII")]
    [InlineData("""{"vectors": [{"id": "a", "values": [1, 0]}""", "syntax error")]
    [InlineData("", "")]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    public async Task A_body_that_is_no_upsert_is_refused(string body, string message)
    {
        await using var index = await TestIndex.CreateAsync();

        (await index.PostAsync("/vectors/upsert", body)).AssertRefused(message);
    }

    [Fact]
    public async Task More_than_1000_vectors_are_refused_unless_limits_are_lifted()
    {
        var vectors = string.Join(',', Enumerable.Range(0, 1001).Select(i => $$"""{"id": "{{i}}", "values": [1, 0]}"""));
        await using var strict = await TestIndex.CreateAsync();
        await using var lenient = await TestIndex.CreateAsync(settings: ("EnforceSizeLimits", "false"));

        (await strict.PostAsync("/vectors/upsert", $$"""{"vectors": [{{vectors}}]}""")).AssertRefused("at most 1000 vectors, got 1001");
        (await lenient.PostAsync("/vectors/upsert", $$"""{"vectors": [{{vectors}}]}""")).AssertJson("""{"upsertedCount": 1001}""");
    }

    [Fact]
    public async Task A_body_over_2_MB_is_refused_unless_limits_are_lifted()
    {
        var body = $$"""{"vectors": [{"id": "a", "values": [1, 0]}], "padding": "{{new string('x', 2 << 20)}}"}""";
        await using var strict = await TestIndex.CreateAsync();
        await using var lenient = await TestIndex.CreateAsync(settings: ("EnforceSizeLimits", "false"));

        (await strict.PostAsync("/vectors/upsert", body)).AssertRefused("larger than the maximum supported size - 2MB");
        (await lenient.PostAsync("/vectors/upsert", body)).AssertJson("""{"upsertedCount": 1}""");
    }

    [Fact]
    public async Task The_last_of_equal_ids_in_a_batch_wins()
    {
        await using var index = await TestIndex.CreateAsync();

        await index.UpsertAsync("""[{"id": "a", "values": [1, 0]}, {"id": "a", "values": [0, 1]}]""");

        var record = (await index.GetAsync("/vectors/fetch?ids=a")).Json.GetProperty("vectors").GetProperty("a");
        Assert.Equal("[0,1]", record.GetProperty("values").GetRawText());
    }

    [Fact]
    public async Task Numbers_come_back_in_the_shortest_form_that_is_the_same_float()
    {
        await using var index = await TestIndex.CreateAsync(dimension: 4);

        await index.UpsertAsync("""[{"id": "a", "values": [0.1, 1e-7, -0.30000001192092896, 12345.678]}]""");

        var values = (await index.GetAsync("/vectors/fetch?ids=a")).Json.GetProperty("vectors").GetProperty("a").GetProperty("values");
        Assert.Equal("[0.1,1E-07,-0.3,12345.678]", values.GetRawText());
    }

    [Fact]
    public async Task Unknown_fields_are_harmless()
    {
        await using var index = await TestIndex.CreateAsync();

        var answer = await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0], "x": {}}], "y": [1]}""");

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Sparse_records_live_in_a_sparse_index_alone()
    {
        await using var index = await TestIndex.CreateSparseAsync();
        await index.UpsertAsync("""[{"id": "a", "sparseValues": {"indices": [4294967295, 3], "values": [0.5, 2]}}]""");

        (await index.GetAsync("/vectors/fetch?ids=a")).AssertJson("""
            {"vectors": {"a": {"id": "a", "values": [], "sparseValues": {"indices": [3, 4294967295], "values": [2, 0.5]}}},
             "namespace": "", "usage": {"readUnits": 1}}
            """);
        (await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "b", "values": [1]}]}""")).AssertRefused("does not support dense values");
        (await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "b"}]}""")).AssertRefused("Sparse values are required");
    }
}
