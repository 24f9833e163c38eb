using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Limits;

namespace VectorServer.Api.Tests.Limits;

public sealed class RequestLimitTests
{
    [Fact]
    public async Task As_many_requests_wait_as_are_answered_and_those_beyond_are_refused()
    {
        await using var server = TestServer.Start(("MaxRequests", "1"));
        var (gate, entered) = (new TaskCompletionSource(), 0);
        using var limit = new LoadMiddleware(
            _ =>
            {
                Interlocked.Increment(ref entered);
                return gate.Task;
            },
            server.Services.GetRequiredService<MemoryCeiling>(),
            server.Services.GetRequiredService<ServerOptions>());

        var (answered, waiting, refused) = (NewContext(), NewContext(), NewContext());
        var first = limit.InvokeAsync(answered);
        var second = limit.InvokeAsync(waiting);
        await limit.InvokeAsync(refused);

        Assert.Equal(1, entered);
        Assert.Equal((429, "1"), (refused.Response.StatusCode, refused.Response.Headers.RetryAfter.ToString()));
        gate.SetResult();
        await Task.WhenAll(first, second);
        Assert.Equal((2, 200, 200), (entered, answered.Response.StatusCode, waiting.Response.StatusCode));
    }

    private static DefaultHttpContext NewContext() => new() { Response = { Body = new MemoryStream() } };
}
