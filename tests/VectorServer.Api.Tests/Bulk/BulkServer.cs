using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Bulk;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Bulk;

/// <summary>A server with a directory open to imports and exports, and indexes to fill.</summary>
internal sealed class BulkServer : IAsyncDisposable
{
    public const string Index = "things";

    private readonly string _data;

    private BulkServer(string root, string data, TestServer server) => (Root, _data, Server) = (root, data, server);

    /// <summary>The directory that is open.</summary>
    public string Root { get; }

    public TestServer Server { get; private set; }

    public static async Task<BulkServer> StartAsync(int dimension = 2, string metric = "cosine")
    {
        var root = Directory.CreateTempSubdirectory("vectorserver-bulk-").FullName;
        var data = Directory.CreateTempSubdirectory("vectorserver-").FullName;
        var bulk = new BulkServer(root, data, Listen(root, data));
        await bulk.CreateIndexAsync(Index, dimension, metric);
        return bulk;
    }

    public async Task CreateIndexAsync(string name, int dimension, string metric = "cosine")
    {
        var sparse = dimension == 0 ? """ "vector_type": "sparse" """ : $""" "dimension": {dimension} """;
        var answer = await Server.PostAsync("/indexes", $$"""
            {"name": "{{name}}", {{sparse}}, "metric": "{{metric}}", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }
            """);
        Assert.True(answer.Status == 201, answer.Body);
    }

    /// <summary>Stops the server, lets <paramref name="meanwhile"/> happen, and starts it on the same data.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await Server.DisposeAsync();
        meanwhile?.Invoke();
        Server = Listen(Root, _data);
    }

    /// <summary>Leaves the only job as a kill leaves it that comes before its last note, and goes on with it by a restart.</summary>
    public async Task GoOnAfterKillAsync(Func<BulkJob, BulkJob> before)
    {
        var documents = Server.Services.GetRequiredService<VectorEngine>().Documents;
        var (key, json) = Assert.Single(documents.All("bulk"));
        var cutOff = before(JsonSerializer.Deserialize(json, BulkJobJsonContext.Default.BulkJob)!) with { Status = BulkStatus.InProgress, FinishedAt = null };
        documents.Put("bulk", key, JsonSerializer.Serialize(cutOff, BulkJobJsonContext.Default.BulkJob));
        await RestartAsync();
    }

    /// <summary>Writes a file below the root, with its folders.</summary>
    public void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    public void Write(string path, byte[] bytes)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
    }

    public string UriOf(string path) => "file://" + Path.Combine(Root, path);

    public Task<Answer> GetAsync(string path, string? version = null) => Server.GetAsync($"/indexes/{Index}{path}", version);

    public Task<Answer> PostAsync(string path, string json) => Server.PostAsync($"/indexes/{Index}{path}", json);

    /// <summary>Asks for an import; the answer as it came.</summary>
    public Task<Answer> StartImportAsync(string uri, string? onError = null) => PostAsync("/bulk/imports", JsonSerializer.Serialize(
        onError is null ? new { uri } : (object)new { uri, errorMode = new { onError } }));

    /// <summary>Runs an import of a directory below the root to its end.</summary>
    public async Task<JsonElement> ImportAsync(string path, string? onError = null, string index = Index)
    {
        var body = JsonSerializer.Serialize(new { uri = UriOf(path), errorMode = new { onError = onError ?? "continue" } });
        return await EndOfAsync(await Server.PostAsync($"/indexes/{index}/bulk/imports", body), $"/indexes/{index}/bulk/imports");
    }

    /// <summary>Runs an export to a directory below the root to its end.</summary>
    public async Task<JsonElement> ExportAsync(string path, string format) => await EndOfAsync(
        await PostAsync("/bulk/exports", JsonSerializer.Serialize(new { uri = UriOf(path), format })), $"/indexes/{Index}/bulk/exports");

    /// <summary>What a job came to.</summary>
    public async Task<JsonElement> EndOfAsync(Answer started, string path)
    {
        Assert.True(started.Status == 200, started.Body);
        return await EndOfAsync(started.Json.GetProperty("id").GetString()!, path);
    }

    public async Task<JsonElement> EndOfAsync(string id, string path)
    {
        while (true)
        {
            var job = (await Server.GetAsync($"{path}/{id}", "2026-07")).Json;
            if (job.GetProperty("status").GetString() is not ("Pending" or "InProgress"))
                return job;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Ids of a namespace, in order.</summary>
    public async Task<string> IdsAsync(string ns = "")
    {
        var answer = await GetAsync($"/vectors/list?namespace={Uri.EscapeDataString(ns)}");
        return string.Join(' ', answer.Json.GetProperty("vectors").EnumerateArray().Select(vector => vector.GetProperty("id").GetString()));
    }

    /// <summary>A NumPy file as numpy.save writes it.</summary>
    public static byte[] Npy<T>(string type, string shape, T[] values, bool fortran = false)
        where T : unmanaged
    {
        var header = $"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. MemoryMarshal.AsBytes(values.AsSpan())];
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(Root, recursive: true);
        Directory.Delete(_data, recursive: true);
    }

    private static TestServer Listen(string root, string data) =>
        TestServer.Listen(data, ("Addressing", "subdomain"), ("ImportRoots", root), ("ExportRoots", root));
}
