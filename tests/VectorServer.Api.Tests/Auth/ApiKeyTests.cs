using System.Text.Json;
using VectorServer.Api.Auth;

namespace VectorServer.Api.Tests.Auth;

public sealed class ApiKeyTests
{
    private static readonly (string, string) TwoKeys = ("ApiKeys", "first,second");

    [Theory]
    [InlineData("first", true)]
    [InlineData("second", true)]
    [InlineData("First", false)]
    [InlineData("firs", false)]
    [InlineData("first,second", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_key_is_accepted_only_whole(string? sent, bool isAccepted) => Assert.Equal(isAccepted, new KeyRing(["first", "second"], []).Find(sent) is not null);

    [Fact]
    public async Task Without_keys_everyone_is_let_in()
    {
        await using var server = TestServer.Start();

        Assert.Equal(200, (await server.GetAsync("/indexes")).Status);
    }

    [Theory]
    [InlineData("first", 200)]
    [InlineData("second", 200)]
    [InlineData("third", 401)]
    [InlineData(null, 401)]
    public async Task Each_configured_key_opens_the_server_and_no_other(string? key, int status)
    {
        await using var server = TestServer.Start(TwoKeys);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/indexes");
        if (key is not null)
            request.Headers.Add("Api-Key", key);

        var answer = await server.SendAsync(request);

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData("/indexes")]
    [InlineData("/indexes/docs/bulk/imports")]
    [InlineData("/nowhere")]
    public async Task Before_2026_07_a_wrong_key_gets_the_envelope_on_both_planes(string path)
    {
        await using var server = TestServer.Start(TwoKeys);

        var answer = await server.GetAsync(path, "2025-04");

        Assert.Equal(401, answer.Status);
        Assert.Equal("""{"status":401,"error":{"code":"UNAUTHENTICATED","message":"Invalid API key."}}""", answer.Body);
    }

    [Theory]
    [InlineData("/indexes", "Invalid API key")]
    [InlineData("/indexes/docs/bulk/imports", "Unauthorized")]
    public async Task From_2026_07_a_wrong_key_gets_plain_text(string path, string text)
    {
        await using var server = TestServer.Start(TwoKeys);

        var answer = await server.GetAsync(path, "2026-07");

        Assert.Equal((401, "text/plain", text), (answer.Status, answer.ContentType, answer.Body));
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/openapi.yaml")]
    [InlineData("/docs/index.html")]
    public async Task Probes_and_docs_need_no_key(string path)
    {
        await using var server = TestServer.Start(TwoKeys);

        var answer = await server.GetAsync(path);

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task A_bearer_token_is_not_a_key()
    {
        await using var server = TestServer.Start(TwoKeys);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/indexes");
        request.Headers.Authorization = new("Bearer", "first");

        var answer = await server.SendAsync(request);

        Assert.Equal(401, answer.Status);
        Assert.Equal(JsonValueKind.Object, answer.Json.ValueKind);
    }
}
