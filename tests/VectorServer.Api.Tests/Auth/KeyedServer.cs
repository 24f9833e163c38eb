using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Auth;

namespace VectorServer.Api.Tests.Auth;

/// <summary>A server in memory with a keys file; the key of a name is <c>key-of-NAME</c>.</summary>
internal sealed class KeyedServer : IAsyncDisposable
{
    public const string Index = """{"name": "%", "dimension": 2, "metric": "cosine", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}""";

    private readonly TempData _files = new();

    private KeyedServer(IReadOnlyList<(string Name, string Role, string[] Indexes)> keys, Action<IServiceCollection> services, (string, string)[] settings)
    {
        WriteKeys([.. keys]);
        Server = TestServer.Start(services, [("KeysFile", KeysPath), .. settings]);
    }

    public TestServer Server { get; }

    public string KeysPath => Path.Combine(_files.Path, "keys.json");

    /// <summary>Keys of every role for all indexes, and of the roles reader and administrator for those called <c>dev-...</c>.</summary>
    public static KeyedServer Start(params (string, string)[] settings) => Start(_ => { }, settings);

    public static KeyedServer Start(Action<IServiceCollection> services, params (string, string)[] settings) => new(
        [("reader", "read", []), ("writer", "write", []), ("boss", "admin", []), ("dev-reader", "read", ["dev-*"]), ("dev-boss", "admin", ["dev-*"])],
        services,
        settings);

    public void WriteKeys(params (string Name, string Role, string[] Indexes)[] keys) => File.WriteAllText(KeysPath, JsonSerializer.Serialize(new
    {
        format_version = 1,
        keys = keys.Select(key => new { name = key.Name, role = key.Role, indexes = key.Indexes, sha256 = Convert.ToHexString(KeyText.Hash($"key-of-{key.Name}")) }),
    }));

    public Task<Answer> GetAsync(string name, string path, string? version = null) => SendAsync(name, HttpMethod.Get, path, null, version);

    public Task<Answer> PostAsync(string name, string path, string json, string? version = null) => SendAsync(name, HttpMethod.Post, path, json, version);

    public async Task<Answer> SendAsync(string name, HttpMethod method, string path, string? json = null, string? version = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Api-Key", $"key-of-{name}");
        if (json is not null)
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        if (version is not null)
            request.Headers.Add("X-Pinecone-Api-Version", version);
        return await Server.SendAsync(request);
    }

    public async Task CreateIndexAsync(string index) =>
        Assert.Equal(201, (await PostAsync("boss", "/indexes", Index.Replace("%", index, StringComparison.Ordinal))).Status);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _files.Dispose();
    }
}
