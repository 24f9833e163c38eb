using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using VectorServer.Api.Addressing;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Errors;

public sealed class ErrorMiddlewareTests
{
    [Theory]
    [InlineData(null, """{"status":500,"error":{"code":"UNKNOWN","message":"Internal server error"}}""")]
    [InlineData("docs", """{"code":2,"message":"Internal server error","details":[]}""")]
    public async Task An_unexpected_failure_is_500_in_the_shape_of_its_plane_and_logged_once(string? index, string body)
    {
        var (answer, log) = await RunAsync(index, ApiFamily.Classic, _ => throw new InvalidOperationException("boom"));

        Assert.Equal((500, body), answer);
        Assert.Equal(LogLevel.Error, Assert.Single(log.Levels));
    }

    [Fact]
    public async Task A_clients_mistake_is_not_logged()
    {
        var (answer, log) = await RunAsync("docs", ApiFamily.Classic, _ => throw WireException.Invalid("no"));

        Assert.Equal((400, """{"code":3,"message":"no","details":[]}"""), answer);
        Assert.Empty(log.Levels);
    }

    [Theory]
    [InlineData(null, 412)]
    [InlineData("docs", 400)]
    public async Task A_failed_precondition_has_a_status_of_its_own_on_the_control_plane_only(string? index, int status)
    {
        var (answer, _) = await RunAsync(index, ApiFamily.Classic, _ => throw new StorageException(StorageErrorCode.FailedPrecondition, "no"));

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData(false, "UNAVAILABLE")]
    [InlineData(true, "SERVICE_UNAVAILABLE")]
    public async Task Unavailable_has_another_code_from_2026_07_on(bool isSchema, string code)
    {
        var family = isSchema ? ApiFamily.Schema : ApiFamily.ReadCapacity;
        var (answer, _) = await RunAsync(null, family, _ => throw new StorageException(StorageErrorCode.Unavailable, "disk full"));

        Assert.Equal(503, answer.Status);
        Assert.Contains($"\"{code}\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_went_away_gets_no_body()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var (answer, log) = await RunAsync(
            null,
            ApiFamily.Classic,
            context =>
            {
                context.RequestAborted = gone.Token;
                throw new OperationCanceledException();
            });

        Assert.Equal((499, ""), answer);
        Assert.Empty(log.Levels);
    }

    [Fact]
    public async Task A_client_that_went_away_in_the_middle_of_an_answer_is_no_failure()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var (answer, log) = await RunAsync(
            null,
            ApiFamily.Classic,
            context =>
            {
                context.RequestAborted = gone.Token;
                context.Features.Set<IHttpResponseFeature>(new StartedResponse());
                throw new OperationCanceledException();
            });

        Assert.Equal((200, ""), answer);
        Assert.Empty(log.Levels);
    }

    [Fact]
    public async Task A_refusal_of_a_client_that_went_away_comes_to_its_end()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var (answer, log) = await RunAsync(
            "docs",
            ApiFamily.Classic,
            context =>
            {
                context.RequestAborted = gone.Token;
                throw WireException.Invalid("no");
            });

        Assert.Equal(400, answer.Status);
        Assert.Empty(log.Levels);
    }

    private static async Task<((int Status, string Body) Answer, LevelLog Log)> RunAsync(string? index, ApiFamily family, RequestDelegate next)
    {
        var log = new LevelLog();
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        context.Features.Set(new RequestTarget(family, "", index));

        await new ErrorMiddleware(next, log).InvokeAsync(context);

        return ((context.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray())), log);
    }

    private sealed class StartedResponse : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }

    private sealed class LevelLog : ILogger<ErrorMiddleware>
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Levels.Add(logLevel);
    }
}
