using System.Text.Json;
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
    public async Task A_log_that_was_moved_away_begins_anew()
    {
        await using var server = KeyedServer.Start(("AuditLog", LogPath));
        await server.GetAsync("boss", "/indexes");
        File.Move(LogPath, LogPath + ".1");
        await server.GetAsync("boss", "/indexes");

        Assert.Single(Lines());
    }

    public void Dispose() => _files.Dispose();

    private List<JsonElement> Lines() => [.. File.ReadAllLines(LogPath).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static int Status(JsonElement line) => line.GetProperty("status").GetInt32();
}
