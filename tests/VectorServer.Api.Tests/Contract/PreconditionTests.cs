using VectorServer.Api.Tests.Contract.Data;

namespace VectorServer.Api.Tests.Contract;

/// <summary>A request that is to be carried out under a condition only is refused, since no condition is looked at.</summary>
public sealed class PreconditionTests
{
    [Theory]
    [InlineData("If-None-Match", "*")]
    [InlineData("If-Match", "\"1\"")]
    [InlineData("If-Unmodified-Since", "Mon, 30 Nov 2026 10:00:00 GMT")]
    public async Task A_conditional_write_is_refused_and_writes_nothing(string name, string value)
    {
        await using var index = await TestIndex.CreateAsync();

        var answer = await index.PostAsync("/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0]}]}""", (name, value));

        Assert.Equal((400, 3), (answer.Status, answer.Json.GetProperty("code").GetInt32()));
        Assert.Contains($"The header {name} is not supported", answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        (await index.GetAsync("/vectors/fetch?ids=a")).AssertJson("""{"vectors": {}, "namespace": "", "usage": {"readUnits": 1} }""");
    }

    [Fact]
    public async Task The_control_plane_refuses_in_its_shape_and_pages_do_not_refuse()
    {
        await using var server = TestServer.Start();
        async Task<Answer> AskAsync(HttpMethod method, string path)
        {
            var request = new HttpRequestMessage(method, path);
            request.Headers.TryAddWithoutValidation("If-None-Match", "\"x\"");
            return await server.SendAsync(request);
        }

        var refused = await AskAsync(HttpMethod.Get, "/indexes");
        Assert.Equal((400, "INVALID_ARGUMENT"), (refused.Status, refused.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(200, (await AskAsync(HttpMethod.Get, "/healthz")).Status);
        Assert.Equal(200, (await AskAsync(HttpMethod.Get, "/openapi.yaml")).Status);
    }
}
