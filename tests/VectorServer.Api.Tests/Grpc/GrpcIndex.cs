namespace VectorServer.Api.Tests.Grpc;

/// <summary>A server on real ports with one index of two dimensions, spoken to over gRPC and REST on the index's own port.</summary>
internal sealed class GrpcIndex : IAsyncDisposable
{
    private readonly TestServer _server;

    private GrpcIndex(TestServer server, Uri host) => (_server, Grpc, Host) = (server, new GrpcClient(host), host);

    public Uri Host { get; }

    public GrpcClient Grpc { get; }

    /// <param name="indexPorts">A range of ports that no other test uses.</param>
    /// <param name="settings">Names as in appsettings.json, without the section.</param>
    public static async Task<GrpcIndex> CreateAsync(string indexPorts, params (string Key, string Value)[] settings)
    {
        var server = TestServer.Listen(null, [("IndexPorts", indexPorts), .. settings]);
        if (settings.FirstOrDefault(setting => setting.Key.StartsWith("ApiKeys", StringComparison.Ordinal)).Value is { } key)
            server.Client.DefaultRequestHeaders.Add("Api-Key", key);
        var created = await server.PostAsync("/indexes", """
            {"name": "things", "dimension": 2, "metric": "dotproduct", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }
            """);
        Assert.True(created.Status == 201, created.Body);
        return new GrpcIndex(server, new Uri(created.Json.GetProperty("host").GetString()!));
    }

    public Task<Answer> GetAsync(string path) => _server.GetAsync($"/indexes/things{path}");

    /// <summary>Asks the server beside its index.</summary>
    public Task<Answer> GetServerAsync(string path) => _server.GetAsync(path);

    public Task<Answer> PostAsync(string path, string json) => _server.PostAsync($"/indexes/things{path}", json);

    public async ValueTask DisposeAsync()
    {
        Grpc.Dispose();
        await _server.DisposeAsync();
    }
}
