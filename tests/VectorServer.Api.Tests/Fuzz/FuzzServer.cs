using System.Text.Json;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>
/// A server on real ports with two indexes: <c>fuzz</c>, to which everything may happen, and one that no request names, whose records must be
/// there at the end.
/// </summary>
internal sealed class FuzzServer : IAsyncDisposable
{
    public const string Key = "fuzz";

    private const string Untouched = "canary";
    private const int UntouchedRecords = 40;
    private const int KnownMax = 4; // of each name
    private const int GivenLengthMin = 8; // shorter ones are a client's own

    private readonly TestServer _server;
    private readonly DirectoryInfo _bulk = Directory.CreateTempSubdirectory("vectorserver-bulk-");
    private readonly List<(string Name, string Value)> _known = [];

    private FuzzServer(string indexPorts)
    {
        _server = TestServer.Listen(
            null,
            ("IndexPorts", indexPorts), ("ApiKeys:0", Key), ("WrongKeys", "0"), ("Durability", "os"), ("MemoryLimit", "off"),
            ("ImportRoots:0", _bulk.FullName), ("ExportRoots:0", _bulk.FullName));
        File.WriteAllText(Path.Combine(_bulk.CreateSubdirectory("in").CreateSubdirectory("n").FullName, "records.jsonl"), """{"id": "i", "values": [1, 0.5]}""" + "\n");
        _server.Client.DefaultRequestHeaders.Add("Api-Key", Key);
    }

    public Uri Address => _server.Client.BaseAddress!;

    /// <summary>Holds an import, <c>in</c>, and takes exports.</summary>
    public string BulkUri => new Uri(_bulk.FullName).AbsoluteUri;

    /// <summary>Ids and tokens from the newest answers, for requests to come.</summary>
    public IReadOnlyList<(string Name, string Value)> Known => _known;

    public static async Task<FuzzServer> StartAsync(string indexPorts)
    {
        var server = new FuzzServer(indexPorts);
        await server.CreateAsync(Untouched, "cosine");
        var records = Enumerable.Range(0, UntouchedRecords).Select(i => $$$"""{"id": "r{{{i}}}", "values": [{{{i}}}, 1], "metadata": {"i": {{{i}}} } }""");
        await server.SucceedAsync(HttpMethod.Post, $"/indexes/{Untouched}/vectors/upsert", $$"""{"vectors": [{{string.Join(',', records)}}]}""");
        await server.MakeReadyAsync();
        return server;
    }

    /// <summary>Gives requests something to work on again.</summary>
    /// <param name="clear">Also takes away the backups.</param>
    /// <returns>The address of index <c>fuzz</c>.</returns>
    public async Task<Uri> MakeReadyAsync(bool clear = false)
    {
        foreach (var kind in clear ? ["backups", "backup-schedules"] : (string[])[])
        {
            var list = await _server.GetAsync($"/{kind}");
            foreach (var id in list.Status == 200 ? Strings(list.Json).Where(text => text.Name is "backup_id" or "schedule_id" or "id").Select(text => text.Value).Distinct().ToList() : [])
                await _server.DeleteAsync($"/{kind}/{id}");
        }

        if ((await _server.GetAsync("/indexes/fuzz")).Status == 404)
            await CreateAsync("fuzz", "dotproduct");
        var written = await _server.PostAsync("/indexes/fuzz/vectors/upsert", """
            {"namespace": "n", "vectors": [{"id": "a", "values": [1, 0], "metadata": {"g": "x", "n": 1} }, {"id": "b", "values": [0, 1], "sparseValues": {"indices": [3], "values": [1]} }]}
            """);
        Assert.True(written.Status < 500, written.Body);
        await _server.PostAsync("/indexes/fuzz/namespaces", """{"name": "m"}""");
        await _server.PostAsync("/indexes/fuzz/namespace-aliases", """{"name": "live", "target_namespace": "n"}""", "2026-07");
        return new Uri((await _server.GetAsync("/indexes/fuzz")).Json.GetProperty("host").GetString()!);
    }

    public void Learn(RawAnswer answer)
    {
        if (answer is not { Status: < 300, ContentType: "application/json" })
            return;
        foreach (var (name, value) in Strings(JsonSerializer.Deserialize<JsonElement>(answer.Body)))
        {
            if (!(name.EndsWith("_id", StringComparison.Ordinal) || name is "id" or "next") || value.Length < GivenLengthMin || _known.Contains((name, value)))
                continue;
            if (_known.Count(one => one.Name == name) == KnownMax)
                _known.RemoveAt(_known.FindIndex(one => one.Name == name));
            _known.Add((name, value));
        }
    }

    /// <summary>The server answers, and holds what it held before.</summary>
    public async Task AssertWellAsync()
    {
        Assert.Equal(200, (await _server.GetAsync("/readyz")).Status);
        var fetched = await _server.GetAsync($"/indexes/{Untouched}/vectors/fetch?{string.Join('&', Enumerable.Range(0, UntouchedRecords).Select(i => $"ids=r{i}"))}");
        Assert.Equal(200, fetched.Status);
        Assert.Equal(UntouchedRecords, fetched.Json.GetProperty("vectors").EnumerateObject().Count(
            record => record.Value.GetProperty("values")[0].GetSingle() == record.Value.GetProperty("metadata").GetProperty("i").GetSingle()));
        var queried = await _server.PostAsync($"/indexes/{Untouched}/query", """{"vector": [1, 0], "topK": 1}""");
        Assert.Equal("r39", queried.Json.GetProperty("matches")[0].GetProperty("id").GetString());
    }

    /// <summary>Takes away all that requests made, which may be hundreds of namespaces: what memory is still held then is forgotten.</summary>
    public async Task RemoveAllAsync()
    {
        var list = await _server.GetAsync("/indexes");
        foreach (var name in list.Json.GetProperty("indexes").EnumerateArray().Select(index => index.GetProperty("name").GetString()!).Where(name => name != Untouched))
        {
            await _server.SendAsync(HttpMethod.Patch, $"/indexes/{name}", """{"deletion_protection": "disabled"}""", null);
            await _server.DeleteAsync($"/indexes/{name}");
        }
    }

    public async Task<int> StatusAsync(HttpMethod method, string path, string? body) => (await _server.SendAsync(method, path, body, null)).Status;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _bulk.Delete(recursive: true);
    }

    public Task CreateAsync(string name, string metric, int dimension = 2) => SucceedAsync(HttpMethod.Post, "/indexes", $$"""
        {"name": "{{name}}", "dimension": {{dimension}}, "metric": "{{metric}}", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }
        """);

    private async Task SucceedAsync(HttpMethod method, string path, string body)
    {
        var answer = await _server.SendAsync(method, path, body, null);
        Assert.True(answer.Status < 300, $"{method} {path}: {answer.Status} {answer.Body}");
    }

    private static IEnumerable<(string Name, string Value)> Strings(JsonElement json, string name = "") => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(field => Strings(field.Value, field.Name)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(item => Strings(item, name)),
        JsonValueKind.String => [(name, json.GetString()!)],
        _ => [],
    };
}
