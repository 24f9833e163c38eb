using Microsoft.Extensions.DependencyInjection;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Addressing;

public sealed class AddressTests
{
    private const string Docs = """{"name":"docs","dimension":3,"spec":{"serverless":{"cloud":"aws","region":"us-east-1"}}}""";

    [Theory]
    [InlineData("http://other.test:8080", "http://other.test:5081")]
    [InlineData("http://[::1]:8080", "http://[::1]:5081")]
    [InlineData("https://other.test", "https://other.test:5081")]
    public async Task The_host_of_an_index_is_named_as_the_client_came(string address, string expected)
    {
        await using var server = TestServer.Start();

        var answer = await SendAsync(server, HttpMethod.Post, $"{address}/indexes", Docs);

        Assert.Equal(expected, answer.Json.GetProperty("host").GetString());
    }

    [Fact]
    public async Task A_bare_host_leaves_the_scheme_out()
    {
        await using var server = TestServer.Start(("BareHost", "true"));

        var answer = await server.PostAsync("/indexes", Docs);

        Assert.Equal("localhost:5081", answer.Json.GetProperty("host").GetString());
    }

    [Theory]
    [InlineData("vectors.test", "http://docs.vectors.test:8080")]
    [InlineData("vectors.test:443", "http://docs.vectors.test:443")]
    public async Task With_subdomains_the_host_carries_the_name_of_the_index(string domain, string expected)
    {
        await using var server = TestServer.Start(("Addressing", "subdomain"), ("Domain", domain));

        var answer = await SendAsync(server, HttpMethod.Post, "http://vectors.test:8080/indexes", Docs);

        Assert.Equal(expected, answer.Json.GetProperty("host").GetString());
    }

    [Theory]
    [InlineData("port", "https://vectors.example.com:8443", "https://vectors.example.com:5081")]
    [InlineData("port", "http://vectors.example.com", "http://vectors.example.com:5081")]
    [InlineData("subdomain", "https://vectors.example.com:8443", "https://docs.vectors.example.com:8443")]
    [InlineData("subdomain", "https://vectors.example.com", "https://docs.vectors.example.com")]
    [InlineData("path", "https://vectors.example.com:8443", "https://vectors.example.com:8443/indexes/docs")]
    [InlineData("path", "https://vectors.example.com/", "https://vectors.example.com/indexes/docs")]
    public async Task The_public_url_gives_scheme_host_and_port_however_the_client_came(
        string addressing, string publicUrl, string expected)
    {
        await using var server = TestServer.Start(("Addressing", addressing), ("PublicUrl", publicUrl));

        var answer = await SendAsync(server, HttpMethod.Post, "http://127.0.0.1:9000/indexes", Docs);

        Assert.Equal(expected, answer.Json.GetProperty("host").GetString());
    }

    [Theory]
    [InlineData("path", "https://vectors.example.com", "vectors.example.com:443/indexes/docs")]
    [InlineData("subdomain", "http://vectors.example.com", "docs.vectors.example.com:80")]
    [InlineData("port", "https://vectors.example.com:8443", "vectors.example.com:5081")]
    public async Task A_bare_host_behind_a_public_url_names_the_port_that_its_scheme_would_have_said(
        string addressing, string publicUrl, string expected)
    {
        await using var server = TestServer.Start(("Addressing", addressing), ("PublicUrl", publicUrl), ("BareHost", "true"));

        var answer = await server.PostAsync("/indexes", Docs);

        Assert.Equal(expected, answer.Json.GetProperty("host").GetString());
    }

    [Fact]
    public async Task An_index_on_the_main_port_is_at_the_public_url()
    {
        await using var server = TestServer.Start(("IndexType", "serverless"), ("PublicUrl", "https://vectors.example.com:8443"));

        var index = await server.GetAsync("/indexes/default");

        Assert.Equal("https://vectors.example.com:8443", index.Json.GetProperty("host").GetString());
    }

    [Fact]
    public async Task The_domain_of_subdomains_is_the_public_urls_unless_another_is_set()
    {
        await using var server = TestServer.Start(("Addressing", "subdomain"), ("PublicUrl", "https://vectors.example.com"));
        await using var other = TestServer.Start(
            ("Addressing", "subdomain"), ("PublicUrl", "https://vectors.example.com"), ("Domain", "db.example.com:9443"));

        var data = await SendAsync(server, HttpMethod.Get, "http://docs.vectors.example.com/bulk/imports");
        var index = await SendAsync(other, HttpMethod.Post, "http://vectors.example.com/indexes", Docs);

        Assert.Equal("Index docs not found.", data.Json.GetProperty("message").GetString());
        Assert.Equal("https://docs.db.example.com:9443", index.Json.GetProperty("host").GetString());
    }

    [Theory]
    [InlineData("http://localhost:32768", "http://localhost:32768/indexes/docs")] // the port that a container's 5080 was mapped to
    [InlineData("http://[::1]:8080", "http://[::1]:8080/indexes/docs")]
    [InlineData("https://other.test", "https://other.test/indexes/docs")]
    public async Task With_paths_the_host_is_the_main_port_as_the_client_came_and_works(string address, string expected)
    {
        await using var server = TestServer.Start(("Addressing", "path"));

        var created = await SendAsync(server, HttpMethod.Post, $"{address}/indexes", Docs);
        var host = created.Json.GetProperty("host").GetString();
        var upserted = await SendAsync(server, HttpMethod.Post, $"{host}/vectors/upsert", """{"vectors":[{"id":"a","values":[1,2,3]}]}""");
        var listed = await SendAsync(server, HttpMethod.Get, $"{host}/vectors/list");

        Assert.Equal(expected, host);
        Assert.Equal(200, upserted.Status);
        Assert.Equal("a", listed.Json.GetProperty("vectors")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task With_paths_the_public_host_stands_before_the_port_by_which_the_client_came()
    {
        await using var server = TestServer.Start(("Addressing", "path"), ("PublicHost", "vectors"));

        var answer = await SendAsync(server, HttpMethod.Post, "http://localhost:32768/indexes", Docs);

        Assert.Equal("http://vectors:32768/indexes/docs", answer.Json.GetProperty("host").GetString());
    }

    [Fact]
    public async Task A_subdomain_serves_one_index_and_no_control_plane()
    {
        await using var server = TestServer.Start(("Addressing", "subdomain"), ("Domain", "vectors.test"));

        var data = await SendAsync(server, HttpMethod.Get, "http://docs.vectors.test/bulk/imports");
        var control = await SendAsync(server, HttpMethod.Get, "http://docs.vectors.test/indexes");
        var main = await SendAsync(server, HttpMethod.Get, "http://vectors.test/indexes");

        Assert.Equal("Index docs not found.", data.Json.GetProperty("message").GetString());
        Assert.Equal(404, control.Status);
        Assert.Equal(200, main.Status);
    }

    [Theory]
    [InlineData("http://docs.vectors.test/describe_index_stats")]
    [InlineData("http://vectors.test/indexes/docs/describe_index_stats")]
    [InlineData("http://vectors.test//indexes/docs/describe_index_stats")]
    public async Task The_statistics_are_at_every_address_of_an_index_by_both_methods(string url)
    {
        await using var server = TestServer.Start(("Addressing", "subdomain"), ("Domain", "vectors.test"));
        await SendAsync(server, HttpMethod.Post, "http://vectors.test/indexes", Docs);

        var posted = await SendAsync(server, HttpMethod.Post, url, "{}");
        var got = await SendAsync(server, HttpMethod.Get, url);

        Assert.Equal(3, posted.Json.GetProperty("dimension").GetInt32());
        Assert.Equal(posted.Body, got.Body);
    }

    [Theory]
    [InlineData("//indexes")]
    [InlineData("///indexes")]
    public async Task Repeated_leading_slashes_are_accepted(string path)
    {
        await using var server = TestServer.Start();

        var answer = await SendAsync(server, HttpMethod.Get, "http://localhost" + path);

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task The_single_index_of_the_settings_is_served_on_the_main_port()
    {
        await using var server = TestServer.Start(("IndexType", "pod"), ("Dimension", "4"), ("Metric", "dotproduct"));

        var index = await server.GetAsync("/indexes/default");
        var data = await server.GetAsync("/bulk/imports");

        Assert.Equal("http://localhost:5080", index.Json.GetProperty("host").GetString());
        Assert.Equal((4, "dotproduct"), (index.Json.GetProperty("dimension").GetInt32(), index.Json.GetProperty("metric").GetString()));
        Assert.True(index.Json.GetProperty("spec").TryGetProperty("pod", out _));
        Assert.Equal(200, data.Status);
        Assert.Equal("default", server.Services.GetRequiredService<VectorEngine>().Indexes.Single().Descriptor.Name);
    }

    [Fact]
    public async Task The_single_index_of_the_settings_is_served_on_the_main_port_when_it_is_made_anew()
    {
        await using var server = TestServer.Start(("IndexType", "serverless"), ("Dimension", "4"));
        await server.DeleteAsync("/indexes/default");

        var again = await server.PostAsync(
            "/indexes", """{"name": "default", "dimension": 4, "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}""");

        Assert.Equal("http://localhost:5080", again.Json.GetProperty("host").GetString());
        Assert.Equal(200, (await server.GetAsync("/vectors/list")).Status);
    }

    private static async Task<Answer> SendAsync(TestServer server, HttpMethod method, string url, string? json = null)
    {
        using var request = new HttpRequestMessage(method, url);
        if (json is not null)
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        return await server.SendAsync(request);
    }
}
