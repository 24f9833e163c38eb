using VectorServer.Api.Tests.Auth;

namespace VectorServer.Api.Tests.Limits;

public sealed class RateLimitTests
{
    [Theory]
    [InlineData("2025-04", "application/json")]
    [InlineData("2026-07", "text/plain")]
    public async Task A_key_that_asks_too_often_gets_429_and_the_others_do_not(string version, string contentType)
    {
        await using var server = KeyedServer.Start(("RateLimit", "1"));

        var answers = new List<Answer>();
        for (var i = 0; i < 20 && answers.All(answer => answer.Status == 200); i++)
            answers.Add(await server.GetAsync("reader", "/indexes", version));

        Assert.Equal((429, contentType), (answers[^1].Status, answers[^1].ContentType));
        Assert.Equal(TimeSpan.FromSeconds(1), answers[^1].Headers.RetryAfter!.Delta);
        Assert.Equal(200, answers[0].Status);
        Assert.Equal(200, (await server.GetAsync("writer", "/indexes", version)).Status);
        Assert.Equal(200, (await server.GetAsync("reader", "/readyz")).Status);
    }

    [Fact]
    public async Task Without_the_setting_nobody_is_slowed_down()
    {
        await using var server = KeyedServer.Start();

        for (var i = 0; i < 200; i++)
            Assert.Equal(200, (await server.GetAsync("reader", "/indexes")).Status);
    }
}
