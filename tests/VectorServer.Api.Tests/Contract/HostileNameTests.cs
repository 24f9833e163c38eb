using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Tests.Fuzz;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Contract;

/// <summary>Names are a client's own text: none is ever a step in the file system.</summary>
public sealed class HostileNameTests : IDisposable
{
    private const string Index = """{"name": %, "dimension": 2, "metric": "cosine", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}""";

    private static readonly string[] Names =
    [
        "..", ".", "../../x", "..\\..\\x", "/etc/x", "C:\\x", "a/b", "a\\b", "x\0y", "\0", "a:b", "a*?", "\u00e9t\u00e9", "e\u0301", "\u65e5\u672c", "\ud83d\ude00",
        "\u202egnp", "\uff0e\uff0e\uff0fx", "CON", "con", "nul", "COM1", "lpt9.txt", "aux.", "name.", " name ", "~", "-rf", "$HOME", "%2e%2e%2fx", ".tmp-x", "__default__2",
        "LOCK", "registry.db", "a\nb", new string('n', 512), new string('\u00e9', 255),
    ];

    private readonly TempData _files = new();

    // A directory in a directory: what climbs out of the data lands where the test looks.
    private string DataPath => Path.Combine(_files.Path, "deep", "data");

    public static TheoryData<string> Kinds => ["index", "namespace", "alias", "backup", "collection"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_name_is_refused_or_taken_as_it_is_and_leaves_the_data_directory_never(string kind)
    {
        Directory.CreateDirectory(DataPath);
        await using var server = TestServer.StartOn(DataPath);
        Assert.Equal(201, (await server.PostAsync("/indexes", Index.Replace("%", "\"things\"", StringComparison.Ordinal))).Status);

        var taken = 0;
        foreach (var name in Names)
        {
            var text = JsonSerializer.Serialize(name);
            var answer = kind switch
            {
                "index" => await server.PostAsync("/indexes", Index.Replace("%", text, StringComparison.Ordinal)),
                "namespace" => await server.PostAsync("/indexes/things/vectors/upsert", $$"""{"vectors": [{"id": "a", "values": [1, 0]}], "namespace": {{text}}}"""),
                "alias" => await server.PostAsync("/indexes/things/namespace-aliases", $$"""{"name": {{text}}, "target_namespace": "__default__"}"""),
                "backup" => await server.PostAsync("/indexes/things/backups", $$"""{"name": {{text}}}"""),
                _ => await server.PostAsync("/collections", $$"""{"name": {{text}}, "source": "things"}"""),
            };

            Assert.True(answer.Status is 200 or 201 or (>= 400 and < 500), $"{name}: {answer.Status} {answer.Body}");
            taken += answer.Status < 400 ? 1 : 0;
            if (kind == "namespace" && answer.Status < 400)
                await AssertShown(server, name);
        }

        AssertNothingOutside();
        Assert.True(kind is not "namespace" || taken > 20, $"{taken} names of namespaces were taken");
    }

    [Fact]
    public async Task Names_of_namespaces_that_differ_stay_apart_over_a_restart()
    {
        Directory.CreateDirectory(DataPath);
        var kept = new List<string>();
        await using (var server = TestServer.StartOn(DataPath))
        {
            await server.PostAsync("/indexes", Index.Replace("%", "\"things\"", StringComparison.Ordinal));
            foreach (var name in Names)
            {
                var json = JsonSerializer.Serialize(new { vectors = new[] { new { id = name, values = new[] { 1, 0 } } }, @namespace = name });
                if ((await server.PostAsync("/indexes/things/vectors/upsert", json)).Status == 200)
                    kept.Add(name);
            }
        }

        await using var again = TestServer.StartOn(DataPath);
        var index = again.Services.GetRequiredService<VectorEngine>().GetIndex("things");
        Assert.Equal(kept.Order(StringComparer.Ordinal), index.Stats().Namespaces.Select(ns => ns.Name).Order(StringComparer.Ordinal));
        foreach (var name in kept)
            await AssertShown(again, name);
    }

    [Theory]
    [InlineData("/backups/..%2f..%2fregistry.db")]
    [InlineData("/backups/..%5c..%5cx")]
    [InlineData("/backups/%2e%2e")]
    [InlineData("/backups/con")]
    [InlineData("/collections/..%2f..%2fthings")]
    [InlineData("/collections/%2e%2e")]
    [InlineData("/restore-jobs/..%2fx")]
    [InlineData("/backup-schedules/..%2fx")]
    [InlineData("/indexes/..%2f..%2fx")]
    [InlineData("/indexes/things/namespaces/..%2f..%2f..%2fx")]
    [InlineData("/indexes/things/namespace-aliases/..%2fx")]
    [InlineData("/indexes/things/bulk/imports/..%2fx")]
    public async Task A_path_that_climbs_finds_and_removes_nothing(string path)
    {
        Directory.CreateDirectory(DataPath);
        await using var server = TestServer.StartOn(DataPath);
        await server.PostAsync("/indexes", Index.Replace("%", "\"things\"", StringComparison.Ordinal));

        Assert.InRange((await server.GetAsync(path)).Status, 400, 499);
        Assert.InRange((await server.DeleteAsync(path)).Status, 400, 499);
        Assert.Equal(200, (await server.GetAsync("/indexes/things/describe_index_stats")).Status);
        AssertNothingOutside();
    }

    [Theory]
    [InlineData("/indexes/things/namespaces/kept/.")]
    [InlineData("/indexes/things/namespaces/kept/%2e")]
    [InlineData("/indexes/things/namespaces/kept/%2E/?x=/y")]
    [InlineData("/indexes/things/namespaces/kept/x/..")]
    [InlineData("/indexes/things/namespaces/kept/x/%2e.")]
    [InlineData("http://localhost/indexes/things/namespaces/kept#/other")]
    [InlineData("/indexes/things/namespace-aliases/kept/x/%2e%2e")]
    public async Task A_path_whose_end_the_server_removed_names_no_other_namespace(string path)
    {
        Directory.CreateDirectory(DataPath);
        await using var server = TestServer.Listen(DataPath, ("Addressing", "subdomain"));
        await server.PostAsync("/indexes", Index.Replace("%", "\"things\"", StringComparison.Ordinal));
        string[] names = ["kept", "kept/x", "other"];
        foreach (var name in names)
            await server.PostAsync("/indexes/things/vectors/upsert", $$"""{"vectors": [{"id": "a", "values": [1, 0]}], "namespace": "{{name}}"}""");
        using var client = new RawClient(server.Client.BaseAddress!);

        foreach (var method in (string[])["GET", "DELETE"])
        {
            var answer = await client.SendAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            Assert.True(answer?.Status is 400 or 404, $"{method}: {answer?.Status} {answer?.Text}");
        }

        foreach (var name in names)
            await AssertShown(server, name);
    }

    public void Dispose() => _files.Dispose();

    private static async Task AssertShown(TestServer server, string ns)
    {
        var stats = await server.GetAsync("/indexes/things/describe_index_stats");
        Assert.Equal(1, stats.Json.GetProperty("namespaces").GetProperty(ns).GetProperty("vectorCount").GetInt32());
    }

    private void AssertNothingOutside()
    {
        Assert.Equal([Path.Combine(_files.Path, "deep")], Directory.GetFileSystemEntries(_files.Path));
        Assert.Equal([DataPath], Directory.GetFileSystemEntries(Path.Combine(_files.Path, "deep")));
    }
}
