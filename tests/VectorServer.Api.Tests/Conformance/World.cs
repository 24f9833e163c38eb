using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>A server for one version of the wire, and what operations need to be there before they can be tried.</summary>
internal sealed class World : IAsyncDisposable
{
    private const string Key = "conformance";

    // Jobs of a few records take milliseconds; a machine under load takes longer.
    private static readonly TimeSpan JobTime = TimeSpan.FromSeconds(60);

    private readonly TestServer _server;
    private readonly DirectoryInfo _imports = Directory.CreateTempSubdirectory("vectorserver-imports-");
    private int _names;

    public World(Specification specification)
    {
        Specification = specification;

        // In memory no port is opened; the range only has to be wider than the indexes made here.
        _server = TestServer.Start(("ApiKeys:0", Key), ("IndexPorts", "20000-29999"), ("ImportRoots:0", _imports.FullName), ("Durability", "os"), ("WrongKeys", "0"));
    }

    public Specification Specification { get; }

    /// <summary>A name that nothing has yet.</summary>
    public string NewName() => $"c{++_names}";

    public Task<Answer> SendAsync(string method, string path, string? body, string contentType = "application/json", string key = Key, string? version = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        request.Headers.Add("Api-Key", key);
        request.Headers.Add("X-Pinecone-Api-Version", version ?? Specification.Version);
        return _server.SendAsync(request);
    }

    /// <summary>Whether an answer says that there is no such operation here.</summary>
    public static bool IsNotOffered(Answer answer) =>
        answer.Status == 400 && answer.Body.Contains("\"reason\":\"UNIMPLEMENTED\"", StringComparison.Ordinal);

    /// <summary>Sends what must succeed for the test to go on.</summary>
    public async Task<JsonElement> ArrangeAsync(string method, string path, string? body = null, string contentType = "application/json", string? version = null)
    {
        var answer = await SendAsync(method, path, body, contentType, version: version);
        if (IsNotOffered(answer))
            throw new NotOfferedException();
        if (answer.Status >= 300)
            throw new NonconformityException($"{method} {path} before it answers {answer.Status}: {answer.Body}");
        return answer.Body.Length == 0 ? default : answer.Json;
    }

    /// <summary>The body that creates a dense index of two dimensions.</summary>
    public string DenseIndex(string name, string protection = "disabled") => Specification.IsSchemaFamily
        ? $$"""
            {"name": "{{name}}", "schema": {"fields": {"_values": {"type": "dense_vector", "dimension": 2, "metric": "cosine"} } },
             "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"}, "deletion_protection": "{{protection}}"}
            """
        : $$"""
            {"name": "{{name}}", "dimension": 2, "metric": "cosine", "deletion_protection": "{{protection}}",
             "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }
            """;

    /// <summary>A dense index of two dimensions.</summary>
    public async Task<string> CreateIndexAsync(string protection = "disabled")
    {
        var name = NewName();
        await ArrangeAsync("POST", "/indexes", DenseIndex(name, protection));
        return name;
    }

    /// <summary>A pod index, which from 2026-07 on only an older version can create.</summary>
    public async Task<string> CreatePodIndexAsync()
    {
        var name = NewName();
        await ArrangeAsync(
            "POST",
            "/indexes",
            $$"""{"name": "{{name}}", "dimension": 2, "metric": "cosine", "spec": {"pod": {"environment": "us-east1-gcp", "pod_type": "p1.x1"} } }""",
            version: Specification.IsSchemaFamily ? "2026-04" : null);
        return name;
    }

    /// <summary>An index that embeds the text in field <c>text</c>.</summary>
    public async Task<string> CreateTextIndexAsync()
    {
        var name = NewName();
        await ArrangeAsync("POST", "/indexes/create-for-model", TextIndex(name));
        return name;
    }

    public static string TextIndex(string name) => $$"""
        {"name": "{{name}}", "cloud": "aws", "region": "us-east-1",
         "embed": {"model": "multilingual-e5-large", "field_map": {"text": "text"} } }
        """;

    /// <summary>Writes two records, <c>a</c> and <c>b</c>, of genres drama and comedy.</summary>
    public Task UpsertAsync(string index, string ns = "") => ArrangeAsync("POST", $"/indexes/{index}/vectors/upsert", $$"""
        {"namespace": "{{ns}}", "vectors": [
          {"id": "a", "values": [1, 0], "metadata": {"genre": "drama", "year": 2019} },
          {"id": "b", "values": [0.5, 0.25], "metadata": {"genre": "comedy"} } ] }
        """);

    /// <summary>A dense index with <see cref="UpsertAsync"/>'s records in its default namespace.</summary>
    public async Task<string> CreateFilledIndexAsync()
    {
        var index = await CreateIndexAsync();
        await UpsertAsync(index);
        return index;
    }

    /// <summary>Asks until a job's status is the one given.</summary>
    public async Task<JsonElement> UntilAsync(string path, string status)
    {
        var started = Stopwatch.StartNew();
        while (true)
        {
            var shown = await ArrangeAsync("GET", path);
            var current = shown.GetProperty("status").GetString();
            if (current == status)
                return shown;
            if (current is "Failed" or "InitializationFailed" || started.Elapsed > JobTime)
                throw new NonconformityException($"{path} is {current}, not {status}: {shown}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A directory that may be imported, with a record in the default namespace and one in <c>n</c>.</summary>
    public string CreateImport()
    {
        var root = _imports.CreateSubdirectory(NewName());
        foreach (var ns in (string[])["__default__", "n"])
        {
            var file = Path.Combine(root.CreateSubdirectory(ns).FullName, "records.jsonl");
            File.WriteAllText(file, """{"id": "i", "values": [1, 0.5], "metadata": {"genre": "drama"}}""" + "\n");
        }

        return new Uri(root.FullName).AbsoluteUri;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _imports.Delete(recursive: true);
    }
}
