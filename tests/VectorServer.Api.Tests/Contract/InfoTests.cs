namespace VectorServer.Api.Tests.Contract;

public sealed class InfoTests
{
    [Fact]
    public async Task It_tells_what_the_server_is()
    {
        await using var server = TestServer.Start(("Addressing", "subdomain"));

        var answer = await server.GetAsync("/info");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["version", "api_versions", "engine", "auth", "addressing", "uptime_seconds"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(ServerVersion.Text, answer.Json.GetProperty("version").GetString());
        Assert.Equal(
            ["2024-07", "2024-10", "2025-01", "2025-04", "2025-10", "2026-04", "2026-07"],
            answer.Json.GetProperty("api_versions").EnumerateArray().Select(version => version.GetString()));
        Assert.Equal(("embedded", "off", "subdomain"), (Text("engine"), Text("auth"), Text("addressing")));
        Assert.True(answer.Json.GetProperty("uptime_seconds").GetDouble() >= 0);

        string? Text(string name) => answer.Json.GetProperty(name).GetString();
    }

    [Fact]
    public async Task It_takes_any_key_where_there_are_keys_and_shows_none()
    {
        await using var server = TestServer.Start(("ApiKeys", "S3cret"));

        Assert.Equal(401, (await server.GetAsync("/info")).Status);
        Assert.Equal(200, (await server.GetAsync("/healthz")).Status);
        server.Client.DefaultRequestHeaders.Add("Api-Key", "S3cret");
        var answer = await server.GetAsync("/info");

        Assert.Equal("keys", answer.Json.GetProperty("auth").GetString());
        Assert.DoesNotContain("S3cret", answer.Body, StringComparison.Ordinal);
    }
}
