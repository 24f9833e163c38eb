using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf;
using VectorServer.Api.Commands;
using VectorServer.Api.Grpc.Proto;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Contract;

/// <summary>One damaged namespace, index or calibration does not stop the server: it is refused with its reason, and all else serves.</summary>
public sealed class DamagedNamespaceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vectorserver-").FullName;

    private string NamespaceDirectory(string ns) => Path.Combine(_directory, "indexes", "things", ns);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task One_of_three_damaged_is_refused_with_503_and_its_reason_while_the_others_serve()
    {
        await MakeAsync();
        FlipVector("b");
        await using var server = TestServer.StartOn(_directory);

        var refused = await QueryAsync(server, "b");
        var envelope = await server.GetAsync("/readyz");

        Assert.Equal(503, refused.Status);
        Assert.Equal(15, refused.Json.GetProperty("code").GetInt32());
        Assert.Contains("'b' of index 'things' is damaged", refused.Json.GetProperty("message").GetString());
        Assert.Equal("DATA_DAMAGED", refused.Json.GetProperty("details")[0].GetProperty("reason").GetString());
        Assert.False(refused.Headers.Contains("Retry-After"));
        Assert.Equal(200, (await QueryAsync(server, "a")).Status);
        Assert.Equal(200, (await QueryAsync(server, "c")).Status);
        Assert.Equal(200, (await UpsertAsync(server, "c", "new")).Status);
        Assert.Equal(200, envelope.Status);
        JsonAssert.Equal(
            """
            {"status": "degraded", "damaged_count": 1,
             "damaged": [{"index": "things", "namespace": "b", "reason": "Row 1 of the vectors does not match its checksum"}]}
            """,
            envelope.Json);
        JsonAssert.Equal("""{"status": "ok"}""", (await server.GetAsync("/livez")).Json);
    }

    [Fact]
    public async Task Verified_at_the_start_damage_is_known_before_anyone_asks_for_it()
    {
        await MakeAsync();
        FlipVector("b");
        await using var server = TestServer.StartOn(_directory, null, ("VerifyAtStart", "true"));

        JsonElement ready;
        do
            ready = (await server.GetAsync("/readyz")).Json;
        while (ready.GetProperty("status").GetString() == "ok"); // the test hangs if it stays unknown

        Assert.Equal("b", ready.GetProperty("damaged")[0].GetProperty("namespace").GetString());
        Assert.Equal(200, (await QueryAsync(server, "a")).Status);
    }

    [Fact]
    public async Task Over_gRPC_damage_is_DATA_LOSS_which_clients_do_not_repeat()
    {
        await MakeAsync();
        FlipVector("b");
        using var server = await RunningServer.StartAsync(_directory);
        using var grpc = new GrpcClient(server.Address);

        var refused = await grpc.CallAsync("indexes/things/VectorService/Query", Query("b").ToByteArray());
        var served = await grpc.CallAsync("indexes/things/VectorService/Query", Query("a").ToByteArray());

        Assert.Equal("15", refused.Status);
        Assert.Contains("'b' of index 'things' is damaged", refused.Message, StringComparison.Ordinal);
        Assert.Equal("0", served.Status);

        static QueryRequest Query(string ns) => new() { Namespace = ns, TopK = 10, Vector = { 1, 0.25f } };
    }

    [Fact]
    public async Task A_damaged_namespace_is_marked_in_lists_and_statistics_and_can_be_deleted()
    {
        await MakeAsync();
        File.WriteAllText(Path.Combine(NamespaceDirectory("b"), "namespace.json"), "{");
        await using var server = TestServer.StartOn(_directory);

        var listed = (await server.GetAsync("/indexes/things/namespaces")).Json.GetProperty("namespaces");
        var statistics = await StatisticsAsync(server);
        var deleted = await server.DeleteAsync("/indexes/things/namespaces/b");

        Assert.Equal(["a", "b", "c"], listed.EnumerateArray().Select(ns => ns.GetProperty("name").GetString()));
        Assert.Equal([false, true, false], listed.EnumerateArray().Select(ns => ns.TryGetProperty("damaged", out _)));
        Assert.Equal(["b"], statistics.GetProperty("damaged").EnumerateObject().Select(ns => ns.Name));
        Assert.Equal(200, deleted.Status);
        Assert.False(Directory.Exists(NamespaceDirectory("b")));
        JsonAssert.Equal("""{"status": "ok"}""", (await server.GetAsync("/readyz")).Json);
        Assert.Equal(200, (await UpsertAsync(server, "b", "again")).Status);
    }

    [Fact]
    public async Task Verify_names_file_and_offset_and_repair_saves_what_is_whole()
    {
        await MakeAsync();
        FlipVector("b");
        await using var server = TestServer.StartOn(_directory);

        var verified = (await server.PostAsync("/indexes/things/maintenance/verify", "")).Json;
        var repaired = (await server.PostAsync("/indexes/things/maintenance/repair?namespace=b", "")).Json;

        Assert.Equal("damaged", verified.GetProperty("status").GetString());
        Assert.Equal(0, verified.GetProperty("namespaces").GetProperty("a").GetProperty("damage_count").GetInt32());
        JsonAssert.Equal(
            """
            [{"file": "gen-000001/vectors.npy", "offset": 136, "row": 1, "id": "y", "what": "The vector is missing or does not match its checksum", "derived": false}]
            """,
            verified.GetProperty("namespaces").GetProperty("b").GetProperty("damage"));
        Assert.Equal("whole", repaired.GetProperty("status").GetString());
        var outcome = repaired.GetProperty("namespaces").GetProperty("b").GetProperty("repair");
        Assert.Equal(1, outcome.GetProperty("records_lost").GetInt32());
        Assert.Equal("y", outcome.GetProperty("lost_ids")[0].GetString());
        Assert.True(Directory.Exists(Path.Combine(_directory, outcome.GetProperty("quarantine").GetString()!)));
        Assert.Equal(["x", "z"], (await QueryAsync(server, "b")).Json.GetProperty("matches").EnumerateArray().Select(match => match.GetProperty("id").GetString()).Order());
        JsonAssert.Equal("""{"status": "ok"}""", (await server.GetAsync("/readyz")).Json);
    }

    [Fact]
    public async Task The_commands_verify_and_repair_a_directory_that_is_not_in_use()
    {
        await MakeAsync();
        FlipVector("b");
        var output = new StringWriter();

        Assert.Equal(2, await RunAsync("verify", output));
        Assert.Equal(0, await RunAsync("repair", output));
        Assert.Equal(0, await RunAsync("verify", output));

        Assert.Contains("gen-000001/vectors.npy at 136, row 1, id 'y'", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 records kept, 1 lost", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_of_a_newer_format_is_told_from_a_damaged_one()
    {
        await MakeAsync();
        MakeNewer("b");
        await using (var server = TestServer.StartOn(_directory))
        {
            var refused = await QueryAsync(server, "b");
            var verified = (await server.PostAsync("/indexes/things/maintenance/verify", "")).Json;
            var repaired = (await server.PostAsync("/indexes/things/maintenance/repair", "")).Json;
            var ready = (await server.GetAsync("/readyz")).Json;

            Assert.Equal((400, 9), (refused.Status, refused.Json.GetProperty("code").GetInt32()));
            Assert.Equal("NEWER_FORMAT", refused.Json.GetProperty("details")[0].GetProperty("reason").GetString());
            Assert.Contains("'b' of index 'things' is not served: The namespace was made by a newer version", refused.Json.GetProperty("message").GetString());
            Assert.Contains("format 2, this version reads those up to 1", refused.Json.GetProperty("message").GetString());
            Assert.Equal("newer_format", verified.GetProperty("status").GetString());
            Assert.Contains("newer version", verified.GetProperty("namespaces").GetProperty("b").GetProperty("newer_format").GetString());
            Assert.Equal(0, verified.GetProperty("namespaces").GetProperty("b").GetProperty("damage_count").GetInt32());
            Assert.Equal("newer_format", repaired.GetProperty("status").GetString());
            Assert.Equal(1, ready.GetProperty("newer_format_count").GetInt32());
            Assert.Equal("b", ready.GetProperty("newer_format")[0].GetProperty("namespace").GetString());
            Assert.False(ready.TryGetProperty("damaged_count", out _));
            Assert.Equal(200, (await QueryAsync(server, "a")).Status);
            Assert.DoesNotContain(_directory, refused.Body, StringComparison.Ordinal);
        }

        var output = new StringWriter();
        var before = FilesOf("b");
        Assert.Equal(3, await RunAsync("verify", output));
        Assert.Equal(3, await RunAsync("repair", output));
        Assert.Contains("things/b: The namespace was made by a newer version", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("damaged\n", output.ToString().Replace("0 damaged\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(before, FilesOf("b"));
    }

    [Fact]
    public async Task A_data_directory_of_a_newer_format_is_refused_by_its_path_and_left_alone()
    {
        await MakeAsync();
        var registry = Path.Combine(_directory, "registry.db");
        File.Delete(Path.Combine(_directory, "registry.copy"));
        using (var file = File.Open(registry, FileMode.Open))
        {
            file.Position = 63; // user_version, whose last byte this is
            file.WriteByte(1);
        }

        var before = await File.ReadAllBytesAsync(registry, Cancellation);
        using var server = RunningServer.Begin(_directory);

        Assert.Equal(1, await server.WaitForExitAsync());
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => RunAsync("verify", TextWriter.Null));
        Assert.Contains($"Data directory {_directory}: The data directory was made by a newer version", server.Output, StringComparison.Ordinal);
        Assert.Contains($"{_directory}: The data directory was made by a newer version", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(registry, Cancellation));
    }

    [Fact]
    public async Task A_damaged_registry_entry_without_a_copy_takes_its_index_alone()
    {
        await MakeAsync();
        await using (var server = TestServer.StartOn(_directory))
            await server.PostAsync("/indexes", """{"name":"others","dimension":2,"metric":"cosine","spec":{"serverless":{"cloud":"aws","region":"us-east-1"}}}""");
        var registry = Path.Combine(_directory, "registry.db");
        var bytes = await File.ReadAllBytesAsync(registry, Cancellation);
        bytes[bytes.AsSpan().IndexOf("things"u8) + "things".Length] ^= 1; // the first digit of its id
        await File.WriteAllBytesAsync(registry, bytes, Cancellation);
        File.Delete(Path.Combine(_directory, "registry.copy"));
        await using var damaged = TestServer.StartOn(_directory);

        Assert.Equal(200, (await damaged.GetAsync("/indexes/others")).Status);
        Assert.Equal(503, (await damaged.GetAsync("/indexes/things")).Status);
        Assert.Equal(503, (await QueryAsync(damaged, "a")).Status);
        Assert.Equal("degraded", (await damaged.GetAsync("/readyz")).Json.GetProperty("status").GetString());
        Assert.Equal(202, (await damaged.DeleteAsync("/indexes/things")).Status);
        Assert.Equal("ok", (await damaged.GetAsync("/readyz")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_damaged_calibration_is_made_anew_and_stops_nothing()
    {
        await MakeAsync();
        await File.WriteAllTextAsync(Path.Combine(_directory, "indexes", "things", "calibration.bin"), "garbage", Cancellation);

        await using var server = TestServer.StartOn(_directory);

        Assert.Equal(200, (await QueryAsync(server, "a")).Status);
        JsonAssert.Equal("""{"status": "ok"}""", (await server.GetAsync("/readyz")).Json);
    }

    private async Task MakeAsync()
    {
        await using var server = TestServer.StartOn(_directory);
        var created = await server.PostAsync("/indexes", """{"name":"things","dimension":2,"metric":"cosine","spec":{"serverless":{"cloud":"aws","region":"us-east-1"}}}""");
        Assert.True(created.Status == 201, created.Body);
        foreach (var ns in (string[])["a", "b", "c"])
        {
            foreach (var id in (string[])["x", "y", "z"])
                Assert.Equal(200, (await UpsertAsync(server, ns, id)).Status);
        }
    }

    private Task<int> RunAsync(string verb, TextWriter output) => CommandLine.RunAsync(
        [verb, "--data", _directory], new CommandContext(new Dictionary<string, string?>(), output, TextWriter.Null, TimeProvider.System));

    /// <summary>As a newer version leaves it: the checkpoint has another format, a member that this one does not know, and another seal.</summary>
    private void MakeNewer(string ns)
    {
        foreach (var name in (string[])["checkpoint.json", "checkpoint.copy.json"])
        {
            var path = Path.Combine(NamespaceDirectory(ns), name);
            var json = File.ReadAllText(path);
            var newer = Regex.Replace(json.Replace("\"format_version\": 1", "\"format_version\": 2", StringComparison.Ordinal), "\"checksum\": [0-9]+", "\"sha256\": \"00\"");
            Assert.NotEqual(json, newer);
            File.WriteAllText(path, newer);
        }
    }

    private List<(string File, DateTime Written, long Bytes)> FilesOf(string ns) =>
    [
        .. new DirectoryInfo(NamespaceDirectory(ns)).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => (file.FullName, file.LastWriteTimeUtc, file.Length)).Order(),
    ];

    private void FlipVector(string ns)
    {
        var path = Path.Combine(NamespaceDirectory(ns), "gen-000001", "vectors.npy");
        var bytes = File.ReadAllBytes(path);
        bytes[128 + 8 + 2] ^= 0x40; // of row 1
        File.WriteAllBytes(path, bytes);
    }

    private static Task<Answer> UpsertAsync(TestServer server, string ns, string id) =>
        server.PostAsync("/indexes/things/vectors/upsert", $$"""{"vectors":[{"id":"{{id}}","values":[1,0.5]}],"namespace":"{{ns}}"}""");

    private static Task<Answer> QueryAsync(TestServer server, string ns) =>
        server.PostAsync("/indexes/things/query", $$"""{"vector":[1,0.25],"topK":10,"namespace":"{{ns}}"}""");

    private static async Task<JsonElement> StatisticsAsync(TestServer server)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/indexes/things/describe_index_stats");
        request.Headers.Add("x-vectorserver-extensions", "storage");
        return (await server.SendAsync(request)).Json;
    }
}
