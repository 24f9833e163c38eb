namespace VectorServer.Api.Tests.Contract.Data;

public sealed class StatsTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("2024-07", "")]
    [InlineData("2025-01", "")]
    [InlineData("2025-04", "__default__")]
    [InlineData("2026-07", "__default__")]
    public async Task Stats_count_each_namespace_and_name_the_default_one_by_version(string? version, string defaultName)
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a", "b"]);
        await index.UpsertIdsAsync(["c"], "ns");

        var answer = await index.PostAsync("/describe_index_stats", "{}", version);

        answer.AssertJson($$"""
            {"namespaces": {"{{defaultName}}": {"vectorCount": 2}, "ns": {"vectorCount": 1} }, "dimension": 2, "indexFullness": 0,
             "totalVectorCount": 3, "metric": "cosine", "vectorType": "dense"}
            """);
    }

    [Fact]
    public async Task Stats_answer_a_get_and_an_empty_body_too()
    {
        await using var index = await TestIndex.CreateAsync();

        var expected = """{"namespaces": {}, "dimension": 2, "indexFullness": 0, "totalVectorCount": 0, "metric": "cosine", "vectorType": "dense"}""";
        (await index.GetAsync("/describe_index_stats")).AssertJson(expected);
        (await index.SendAsync(HttpMethod.Post, "/describe_index_stats")).AssertJson(expected);
        (await index.PostAsync("/describe_index_stats", """{"filter": {}}""")).AssertJson(expected);
    }

    [Fact]
    public async Task A_sparse_index_has_no_dimension()
    {
        await using var index = await TestIndex.CreateSparseAsync();

        (await index.GetAsync("/describe_index_stats")).AssertJson(
            """{"namespaces": {}, "indexFullness": 0, "totalVectorCount": 0, "metric": "dotproduct", "vectorType": "sparse"}""");
    }

    [Fact]
    public async Task A_serverless_index_refuses_a_filter_and_a_pod_index_honours_it()
    {
        await using var serverless = await TestIndex.CreateAsync();
        await using var pod = await TestIndex.CreatePodAsync();
        await pod.UpsertAsync("""[{"id": "a", "values": [1, 0], "metadata": {"n": 1}}, {"id": "b", "values": [1, 0], "metadata": {"n": 2}}]""");

        (await serverless.PostAsync("/describe_index_stats", """{"filter": {"n": 1}}""")).AssertRefused("Serverless indexes do not support");
        var counted = (await pod.PostAsync("/describe_index_stats", """{"filter": {"n": 1}}""")).Json;
        Assert.Equal(1, counted.GetProperty("totalVectorCount").GetInt32());
    }

    [Theory]
    [InlineData("2025-04", "")]
    [InlineData("2025-10", ""","memory_fullness":0,"storage_fullness":0""")]
    [InlineData("2026-04", ""","memory_fullness":0,"storage_fullness":0""")]
    [InlineData("2026-07", ""","memoryFullness":0,"storageFullness":0""")]
    public async Task Dedicated_capacity_shows_its_fullness_in_the_casing_of_the_version(string version, string fullness)
    {
        await using var index = await TestIndex.CreateDedicatedAsync();

        var answer = await index.GetAsync("/describe_index_stats", version);

        Assert.Equal(
            $$$"""{"namespaces":{},"dimension":2,"indexFullness":0,"totalVectorCount":0,"metric":"cosine","vectorType":"dense"{{{fullness}}}}""", answer.Body);
    }

    [Fact]
    public async Task Storage_is_described_on_request()
    {
        await using var index = await TestIndex.CreateAsync();
        await index.UpsertIdsAsync(["a", "b"]);
        await index.PostAsync("/vectors/delete", """{"ids": ["a"]}""");

        var answer = await index.SendAsync(HttpMethod.Get, "/describe_index_stats", ("x-vectorserver-extensions", "storage"));

        Assert.Equal(
            """
            {"":{"record_count":1,"compression":"float32","raw_bytes_per_vector":8,"code_bytes_per_vector":0,"deleted_rows":1,"index_kind":"flat","indexed_rows":0,"index_bytes":0,"recall_samples":0,"coded_rows":0}}
            """,
            answer.Json.GetProperty("storage").GetRawText());
    }
}
