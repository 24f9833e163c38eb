using VectorServer.Api.Tests.Auth;

namespace VectorServer.Api.Tests.Browsers;

public sealed class BrowserGuardTests
{
    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost:3000")]
    [InlineData("null")]
    public async Task A_server_without_keys_takes_nothing_from_other_pages(string origin)
    {
        await using var server = TestServer.Start();

        var answer = await SendAsync(server, HttpMethod.Post, origin, "localhost");

        Assert.Equal(403, answer.Status);
        Assert.Equal(0, (await server.GetAsync("/indexes")).Json.GetProperty("indexes").GetArrayLength());
    }

    [Theory]
    [InlineData("http://localhost", "localhost")]
    [InlineData("http://localhost:5080", "localhost:5080")]
    [InlineData("https://127.0.0.1:5080", "127.0.0.1:5080")]
    public async Task Its_own_docs_may_try_everything(string origin, string host)
    {
        await using var server = TestServer.Start();

        Assert.Equal(201, (await SendAsync(server, HttpMethod.Post, origin, host)).Status);
    }

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("localhost.evil.example", 403)]
    [InlineData("localhost:5080", 200)]
    [InlineData("things.localhost", 200)]
    [InlineData("[::1]:5080", 200)]
    [InlineData("192.168.1.4:5080", 200)]
    [InlineData("vectorserver:5080", 200)]
    [InlineData("host.docker.internal:5080", 200)]
    [InlineData("xtest", 200)]
    [InlineData("evil.xtest", 403)]
    public async Task On_this_machine_it_is_reached_by_no_name_of_the_outside_world(string host, int status)
    {
        await using var server = TestServer.Start();

        Assert.Equal(status, (await SendAsync(server, HttpMethod.Get, null, host)).Status);
    }

    [Fact]
    public async Task Names_that_the_settings_give_it_are_its_own()
    {
        await using var server = TestServer.Start(("Domain", "vectors.example"), ("PublicHost", "db.example"));

        Assert.Equal(200, (await SendAsync(server, HttpMethod.Get, null, "db.example:5080")).Status);
        Assert.Equal(200, (await SendAsync(server, HttpMethod.Get, null, "x.vectors.example")).Status);
    }

    [Fact]
    public async Task Where_keys_are_asked_for_the_key_decides()
    {
        await using var server = KeyedServer.Start();

        Assert.Equal(401, (await SendAsync(server.Server, HttpMethod.Get, "https://evil.example", "evil.example")).Status);
    }

    private static async Task<Answer> SendAsync(TestServer server, HttpMethod method, string? origin, string host)
    {
        using var request = new HttpRequestMessage(method, "/indexes");
        request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (method == HttpMethod.Post)
            request.Content = new StringContent(KeyedServer.Index.Replace("%", "things", StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json");
        return await server.SendAsync(request);
    }
}
