using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Tests.Auth;

namespace VectorServer.Api.Tests.Addressing;

/// <summary>Behind the proxy 10.0.0.5, and beside it.</summary>
public sealed class ForwardedClientsTests
{
    private const string Docs = """{"name":"docs","dimension":3,"spec":{"serverless":{"cloud":"aws","region":"us-east-1"}}}""";
    private const int WrongKeys = 5;

    private static readonly (string, string) Trusted = ("TrustedProxies", "10.0.0.0/24");

    [Theory]
    [InlineData("10.0.0.5", "https://vectors.example.com:8443/indexes/docs")]
    [InlineData("::ffff:10.0.0.5", "https://vectors.example.com:8443/indexes/docs")] // as a socket for both versions of IP names it
    [InlineData("10.0.1.5", "http://localhost/indexes/docs")]
    [InlineData("127.0.0.1", "http://localhost/indexes/docs")]
    public async Task The_scheme_and_host_of_the_client_are_those_that_a_trusted_proxy_forwards(string connected, string expected)
    {
        await using var server = TestServer.Start(From(connected), Trusted, ("Addressing", "path"), ("ApiKeys", "key"));

        using var request = Request(
            HttpMethod.Post, "/indexes", "key", ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "vectors.example.com:8443"));
        request.Content = new StringContent(Docs, System.Text.Encoding.UTF8, "application/json");
        var answer = await server.SendAsync(request);

        Assert.Equal(expected, answer.Json.GetProperty("host").GetString());
    }

    [Fact]
    public async Task Without_the_setting_no_proxy_is_believed()
    {
        await using var server = TestServer.Start(From("127.0.0.1"), ("Addressing", "path"));

        using var request = Request(
            HttpMethod.Post, "/indexes", "", ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "vectors.localhost"));
        request.Content = new StringContent(Docs, System.Text.Encoding.UTF8, "application/json");

        Assert.Equal("http://localhost/indexes/docs", (await server.SendAsync(request)).Json.GetProperty("host").GetString());
    }

    [Fact]
    public async Task The_frameworks_own_variable_makes_no_proxy_believed()
    {
        using var data = new TempData();
        using var server = await RunningServer.StartAsync(data.Path, null, ("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true"));
        await server.CreateIndexAsync(2, "cosine");
        using var http = new HttpClient { BaseAddress = server.Address };

        using var request = Request(
            HttpMethod.Get, "/indexes/things", "", ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.7"));
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        var index = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("http://", index.GetProperty("host").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forwarded_host_name_addresses_an_index()
    {
        await using var server = TestServer.Start(
            From("10.0.0.5"), Trusted, ("Addressing", "subdomain"), ("PublicUrl", "https://vectors.example.com"));

        using var request = Request(HttpMethod.Get, "/bulk/imports", "", ("X-Forwarded-Host", "docs.vectors.example.com"));

        Assert.Equal("Index docs not found.", (await server.SendAsync(request)).Json.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_client_that_guesses_keys_is_locked_out_alone_and_named_in_the_audit_log()
    {
        using var files = new TempData();
        var path = Path.Combine(files.Path, "audit.jsonl");
        await using var server = KeyedServer.Start(From("10.0.0.5"), Trusted, ("WrongKeys", $"{WrongKeys}"), ("AuditLog", path));
        for (var i = 0; i < WrongKeys; i++)
            Assert.Equal(401, await AskAsync(server.Server, "guess", "192.0.2.7"));

        Assert.Equal(429, await AskAsync(server.Server, "guess", "192.0.2.7"));
        Assert.Equal(429, await AskAsync(server.Server, "key-of-reader", "192.0.2.7"));
        Assert.Equal(200, await AskAsync(server.Server, "key-of-reader", "192.0.2.8"));

        var addresses = File.ReadAllLines(path)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("address").GetString());
        Assert.Equal(["192.0.2.7", "192.0.2.8"], addresses.Distinct());
    }

    [Theory]
    [InlineData("1.2.3.4, 192.0.2.7")] // the client wrote the first itself
    [InlineData("1.2.3.4, 192.0.2.7, 10.0.0.9")] // two trusted proxies in a row
    public async Task What_the_client_writes_into_the_header_itself_frees_it_from_nothing(string forwardedFor)
    {
        await using var server = KeyedServer.Start(From("10.0.0.5"), Trusted, ("WrongKeys", $"{WrongKeys}"));
        for (var i = 0; i < WrongKeys; i++)
            await AskAsync(server.Server, "guess", forwardedFor);

        Assert.Equal(429, await AskAsync(server.Server, "guess", forwardedFor.Replace("1.2.3.4", "4.3.2.1", StringComparison.Ordinal)));
        Assert.Equal(401, await AskAsync(server.Server, "guess", "1.2.3.4"));
    }

    [Fact]
    public async Task Whoever_is_no_trusted_proxy_cannot_pass_for_another_client()
    {
        await using var server = KeyedServer.Start(From("192.0.2.7"), Trusted, ("WrongKeys", $"{WrongKeys}"));
        for (var i = 0; i < WrongKeys; i++)
            await AskAsync(server.Server, "guess", $"192.0.2.{100 + i}");

        Assert.Equal(429, await AskAsync(server.Server, "guess", "127.0.0.1"));
    }

    private static async Task<int> AskAsync(TestServer server, string key, string forwardedFor)
    {
        using var request = Request(HttpMethod.Get, "/indexes", key, ("X-Forwarded-For", forwardedFor));
        return (await server.SendAsync(request)).Status;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string key, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Api-Key", key);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return request;
    }

    private static Action<IServiceCollection> From(string address) =>
        services => services.AddSingleton<IStartupFilter>(new ConnectedFrom(IPAddress.Parse(address)));

    /// <summary>In memory a connection has no address.</summary>
    private sealed class ConnectedFrom(IPAddress address) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Connection.RemoteIpAddress = address;
                return following(context);
            });
            next(app);
        };
    }
}
