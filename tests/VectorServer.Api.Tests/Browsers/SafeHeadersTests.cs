using System.Text.RegularExpressions;

namespace VectorServer.Api.Tests.Browsers;

public sealed partial class SafeHeadersTests
{
    [Theory]
    [InlineData("/indexes")]
    [InlineData("/nowhere")]
    [InlineData("/readyz")]
    [InlineData("/indexes/none/vectors/list")]
    public async Task Every_answer_is_what_it_says_and_is_kept_by_no_cache(string path)
    {
        await using var server = TestServer.Start();

        var headers = (await server.GetAsync(path)).Headers;

        Assert.Equal("nosniff", Assert.Single(headers.GetValues("X-Content-Type-Options")));
        Assert.True(headers.CacheControl!.NoStore);
        Assert.Contains("default-src 'none'", Assert.Single(headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_does_not_say_what_it_is()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "18678-18679"));

        Assert.Empty((await server.GetAsync("/indexes")).Headers.Server);
    }

    [Fact]
    public async Task The_docs_need_nothing_that_their_policy_forbids()
    {
        await using var server = TestServer.Start();

        var page = await server.GetAsync("/docs/index.html");
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));

        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        var scripts = Scripts().Matches(page.Body);
        Assert.NotEmpty(scripts);
        Assert.All(scripts, script => Assert.Matches("""^<script src="(?!http|//)[^"]+"[^>]*>\s*$""", script.Value.Replace("</script>", "", StringComparison.Ordinal)));
        Assert.All(Sources().Matches(page.Body), source => Assert.DoesNotContain("//", source.Groups[1].Value, StringComparison.Ordinal));
        Assert.DoesNotMatch(@"\son\w+=", page.Body);
        foreach (Match source in Sources().Matches(page.Body))
            Assert.Equal(200, (await server.GetAsync("/docs/" + source.Groups[1].Value.TrimStart('.', '/'))).Status);
    }

    [GeneratedRegex("<script.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Scripts();

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Sources();
}
