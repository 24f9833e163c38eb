using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Tests.Auth;

namespace VectorServer.Api.Tests.Audit;

public sealed class AuditLogTests : IDisposable
{
    private readonly TempData _files = new();

    private string LogPath => Path.Combine(_files.Path, "audit.jsonl");

    [Fact]
    public async Task A_call_of_the_control_plane_is_a_line_that_says_who_did_what()
    {
        await using var server = KeyedServer.Start(("AuditLog", LogPath));
        await server.CreateIndexAsync("things");
        await server.SendAsync("boss", HttpMethod.Delete, "/indexes/things");

        var lines = Lines();

        Assert.Equal(2, lines.Count);
        Assert.Equal(
            ("boss", "admin", "POST", "/indexes/", "things", 201),
            (Text(lines[0], "key"), Text(lines[0], "role"), Text(lines[0], "method"), Text(lines[0], "route"), Text(lines[0], "index"), Status(lines[0])));
        Assert.Equal(("DELETE", "/indexes/{index_name}", "things", 202), (Text(lines[1], "method"), Text(lines[1], "route"), Text(lines[1], "index"), Status(lines[1])));
        Assert.Equal("127.0.0.1", Text(lines[1], "address"));
        Assert.Null(Text(lines[1], "refusal"));
        Assert.InRange(lines[1].GetProperty("time").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task A_refusal_is_a_line_on_both_planes_and_other_calls_of_the_data_plane_are_none()
    {
        await using var server = KeyedServer.Start(("AuditLog", LogPath));
        await server.GetAsync("nobody", "/indexes/things/vectors/list");
        await server.PostAsync("reader", "/indexes/things/vectors/upsert", "{}");
        await server.GetAsync("dev-reader", "/indexes/things/vectors/list");
        await server.GetAsync("reader", "/indexes/things/vectors/list");
        await server.GetAsync("reader", "/readyz");

        var lines = Lines();

        Assert.Equal(
            [(null, 401, "wrong key"), ("reader", 403, "This operation needs a key of the role write"), ("dev-reader", 403, "This key is not for index things")],
            lines.Select(line => (Text(line, "key"), Status(line), Text(line, "refusal"))));
        Assert.All(lines, line => Assert.Equal("things", Text(line, "index")));
    }

    [Fact]
    public async Task Guessing_does_not_fill_the_disk()
    {
        await using var server = KeyedServer.Start(("AuditLog", LogPath), ("WrongKeys", "5"));
        for (var i = 0; i < 60; i++)
            await server.GetAsync($"guess-{i}", "/indexes");

        Assert.Equal(5, Lines().Count);
        Assert.Contains("shut out", Text(Lines()[^1], "refusal")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_asks_too_often_is_a_line_a_minute()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var server = KeyedServer.Start(services => services.AddSingleton<TimeProvider>(time), ("AuditLog", LogPath), ("RateLimit", "1"));

        await AskTooOftenAsync(server, "reader");
        await AskTooOftenAsync(server, "writer");
        Assert.Equal([("reader", 429), ("writer", 429)], Lines().Select(line => (Text(line, "key")!, Status(line))));

        time.Advance(TimeSpan.FromMinutes(1));
        await AskTooOftenAsync(server, "reader");
        Assert.Equal(3, Lines().Count);
        Assert.Equal("This key may ask 1 times a second", Text(Lines()[^1], "refusal"));
    }

    [Fact]
    public async Task What_a_page_of_another_origin_sends_is_a_line()
    {
        await using var server = TestServer.Start(("AuditLog", LogPath));
        for (var i = 0; i < 5; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/indexes/things/vectors/delete");
            request.Headers.Add("Origin", "https://evil.example");
            Assert.Equal(403, (await server.SendAsync(request)).Status);
        }

        var line = Assert.Single(Lines());
        Assert.Equal((null, 403, "things"), (Text(line, "key"), Status(line), Text(line, "index")));
        Assert.Contains("pages of other origins", Text(line, "refusal"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_by_http_where_only_https_is_wanted_is_a_line()
    {
        await using var server = KeyedServer.Start(("AuditLog", LogPath), ("Tls", "only"));
        for (var i = 0; i < 5; i++)
            Assert.Equal(400, (await server.GetAsync("reader", "/indexes/things/vectors/list")).Status);

        var line = Assert.Single(Lines());
        Assert.Equal((null, 400), (Text(line, "key"), Status(line)));
        Assert.Contains("https:// only", Text(line, "refusal"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_was_moved_away_begins_anew()
    {
        await using var server = KeyedServer.Start(("AuditLog", LogPath));
        await server.GetAsync("boss", "/indexes");
        File.Move(LogPath, LogPath + ".1");
        await server.GetAsync("boss", "/indexes");

        Assert.Single(Lines());
    }

    public void Dispose() => _files.Dispose();

    private static async Task AskTooOftenAsync(KeyedServer server, string key)
    {
        for (var i = 0; i < 20; i++)
            await server.GetAsync(key, "/indexes/things/vectors/list");
    }

    private List<JsonElement> Lines() => [.. File.ReadAllLines(LogPath).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static int Status(JsonElement line) => line.GetProperty("status").GetInt32();
}
