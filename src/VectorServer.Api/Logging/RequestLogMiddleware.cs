using System.Diagnostics;
using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;

namespace VectorServer.Api.Logging;

/// <summary>
/// One line per request: method, path, index, status, duration. Never headers, bodies or the query string, which carry keys,
/// vectors and ids.
/// </summary>
internal sealed partial class RequestLogMiddleware(RequestDelegate next, ILogger<RequestLogMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        var started = Stopwatch.GetTimestamp();
        await next(context);

        // Probes come every few seconds and say nothing while they succeed.
        var isProbe = context.GetEndpoint()?.Metadata.GetMetadata<PublicEndpoint>() is not null;
        var level = isProbe ? LogLevel.Debug : LogLevel.Information;
        if (!logger.IsEnabled(level))
            return;

        var sentPath = path.ToUriComponent();
        var index = context.Target().IndexName ?? "-";
        var durationMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        LogRequest(logger, level, context.Request.Method, sentPath, index, context.Response.StatusCode, durationMs);
    }

    [LoggerMessage(Message = "{Method:l} {Path:l} {Index:l} {Status} {DurationMs:0.0} ms")]
    private static partial void LogRequest(
        ILogger logger, LogLevel level, string method, string path, string index, int status, double durationMs);
}
