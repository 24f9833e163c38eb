using Microsoft.Extensions.DependencyInjection;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Contract.Data;

/// <summary>A server with one index, and the data plane of that index.</summary>
internal sealed class TestIndex : IAsyncDisposable
{
    private const string Name = "things";

    private readonly TestServer _server;

    private TestIndex(TestServer server) => _server = server;

    /// <summary>A serverless dense index.</summary>
    public static Task<TestIndex> CreateAsync(int dimension = 2, string metric = "cosine", params (string Key, string Value)[] settings) =>
        CreateAsync(TestServer.Start(settings), Dense(dimension, metric));

    /// <summary>A serverless dense index behind a real socket, which keeps paths as they are sent.</summary>
    public static Task<TestIndex> ListenAsync(string indexPorts) =>
        CreateAsync(TestServer.Listen(null, ("IndexPorts", indexPorts)), Dense(dimension: 2, metric: "cosine"));

    public static Task<TestIndex> CreateSparseAsync() => CreateAsync(TestServer.Start(), $$"""
        {"name": "{{Name}}", "vector_type": "sparse", "metric": "dotproduct",
         "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }
        """);

    public static Task<TestIndex> CreatePodAsync() => CreateAsync(TestServer.Start(), $$"""
        {"name": "{{Name}}", "dimension": 2, "metric": "cosine",
         "spec": {"pod": {"environment": "us-east1-gcp", "pod_type": "p1.x1"} } }
        """);

    /// <summary>A dense index on read nodes of its own.</summary>
    public static Task<TestIndex> CreateDedicatedAsync() => CreateAsync(TestServer.Start(), $$"""
        {"name": "{{Name}}", "dimension": 2, "metric": "cosine",
         "spec": {"serverless": {"cloud": "aws", "region": "us-east-1", "read_capacity": {
           "mode": "Dedicated", "dedicated": {"node_type": "b1", "scaling": "Manual", "manual": {"replicas": 1, "shards": 1} } } } } }
        """);

    public Task<Answer> GetAsync(string path, string? version = null) => _server.GetAsync(PathOf(path), version);

    public Task<Answer> PostAsync(string path, string json, string? version = null) => _server.PostAsync(PathOf(path), json, version);

    public Task<Answer> PostAsync(string path, string json, (string Name, string Value) header)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, PathOf(path)) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add(header.Name, header.Value);
        return _server.SendAsync(request);
    }

    public Task<Answer> PatchAsync(string path, string json, string? version = null) => _server.PatchAsync(PathOf(path), json, version);

    public Task<Answer> DeleteAsync(string path, string? version = null) => _server.DeleteAsync(PathOf(path), version);

    public Task<Answer> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, PathOf(path));
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return _server.SendAsync(request);
    }

    /// <summary>The engine's side of the index.</summary>
    public VectorIndex Engine => _server.Services.GetRequiredService<VectorEngine>().GetIndex(Name);

    /// <summary>Writes records that must be accepted.</summary>
    public async Task UpsertAsync(string vectors, string ns = "")
    {
        var answer = await PostAsync("/vectors/upsert", $$"""{"vectors": {{vectors}}, "namespace": "{{ns}}"}""");
        Assert.True(answer.Status == 200, answer.Body);
    }

    /// <summary>Deletes records, which must be accepted.</summary>
    public async Task DeleteByIdsAsync(IEnumerable<string> ids)
    {
        var answer = await PostAsync("/vectors/delete", $$"""{"ids": [{{string.Join(',', ids.Select(id => $"\"{id}\""))}}]}""");
        Assert.True(answer.Status == 200, answer.Body);
    }

    /// <summary>Writes records of the ids given, all alike.</summary>
    public Task UpsertIdsAsync(IEnumerable<string> ids, string ns = "") =>
        UpsertAsync("[" + string.Join(',', ids.Select(id => $$"""{"id": "{{id}}", "values": [1, 1]}""")) + "]", ns);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static string Dense(int dimension, string metric) => $$"""
        {"name": "{{Name}}", "dimension": {{dimension}}, "metric": "{{metric}}",
         "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }
        """;

    private static async Task<TestIndex> CreateAsync(TestServer server, string json)
    {
        var answer = await server.PostAsync("/indexes", json);
        Assert.True(answer.Status == 201, answer.Body);
        return new TestIndex(server);
    }

    private static string PathOf(string path) => $"/indexes/{Name}{path}";
}

internal static class AnswerAssertions
{
    /// <summary>A refusal in the shape of the data plane whose message says <paramref name="part"/>.</summary>
    public static void AssertRefused(this Answer answer, string part, int status = 400, int code = 3)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Body}");
        Assert.Equal(code, answer.Json.GetProperty("code").GetInt32());
        Assert.Contains(part, answer.Json.GetProperty("message").GetString());
        Assert.Equal(0, answer.Json.GetProperty("details").GetArrayLength());
    }

    /// <summary>A refusal in the shape of the data plane with one reason, and nothing to say beside it.</summary>
    public static void AssertReason(this Answer answer, string reason, int status = 400, int code = 3, string metadata = "{}")
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Body}");
        Assert.Equal(code, answer.Json.GetProperty("code").GetInt32());
        JsonAssert.Equal(
            $$"""
            [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "{{reason}}", "domain": "vectorserver", "metadata": {{metadata}}}]
            """,
            answer.Json.GetProperty("details"));
    }

    public static void AssertJson(this Answer answer, string expected)
    {
        Assert.True(answer.Status == 200, $"{answer.Status}: {answer.Body}");
        Assert.Equal(System.Text.Json.Nodes.JsonNode.Parse(expected)!.ToJsonString(), System.Text.Json.Nodes.JsonNode.Parse(answer.Body)!.ToJsonString());
    }

    /// <summary>The ids of a query's matches, in order.</summary>
    public static string[] MatchIds(this Answer answer) =>
        [.. answer.Json.GetProperty("matches").EnumerateArray().Select(match => match.GetProperty("id").GetString()!)];

    public static long LsnOf(this Answer answer, string header) =>
        long.Parse(Assert.Single(answer.Headers.GetValues(header)), System.Globalization.CultureInfo.InvariantCulture);
}
