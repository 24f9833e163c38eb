using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VectorServer.Api.Addressing;
using VectorServer.Api.Logging;
using VectorServer.Api.Switches;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Tests.Logging;

public sealed class RequestLogTests
{
    [Fact]
    public async Task A_request_is_one_line_without_keys_ids_or_vectors()
    {
        var log = new LineLog();
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = "/vectors/fetch";
        context.Request.QueryString = new QueryString("?ids=secret-id");
        context.Request.Headers["Api-Key"] = "secret-key";
        context.Features.Set(new RequestTarget(ApiFamily.Classic, "", "docs"));

        await new RequestLogMiddleware(_ => Task.CompletedTask, log).InvokeAsync(context);

        var line = Assert.Single(log.Lines);
        Assert.StartsWith("GET /vectors/fetch docs 200 ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_cannot_forge_a_line()
    {
        var log = new LineLog();
        var context = new DefaultHttpContext();
        context.Request.Path = "/x\nforged";

        await new RequestLogMiddleware(_ => Task.CompletedTask, log).InvokeAsync(context);

        Assert.DoesNotContain('\n', Assert.Single(log.Lines));
    }

    [Fact]
    public async Task An_injected_fault_is_told_from_a_true_one()
    {
        var log = new LineLog();
        var context = new DefaultHttpContext();
        context.Features.Set(new InjectedFault(Fault.All[0]));

        await new RequestLogMiddleware(_ => Task.CompletedTask, log).InvokeAsync(context);

        Assert.EndsWith(" ms (injected 429)", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private sealed class LineLog : ILogger<RequestLogMiddleware>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
