using System.Diagnostics;
using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Switches;

namespace VectorServer.Api.Logging;

/// <summary>
/// One line per request: method, path, index, status, duration, and the fault where one was injected. Never headers, bodies or the query
/// string, which carry keys, vectors and ids.
/// </summary>
internal sealed partial class RequestLogMiddleware(RequestDelegate next, ILogger<RequestLogMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var ids = RequestIds.Begin(context);
        var path = context.Request.Path;
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
            Log(context, path, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        finally
        {
            ids.End();
        }
    }

    private void Log(HttpContext context, PathString path, double durationMs)
    {
        // Probes come every few seconds and say nothing while they succeed.
        var isProbe = context.GetEndpoint()?.Metadata.GetMetadata<PublicEndpoint>() is not null;
        var level = isProbe ? LogLevel.Debug : LogLevel.Information;
        if (!logger.IsEnabled(level))
            return;

        var sentPath = path.ToUriComponent();
        var index = context.Target().IndexName ?? "-";
        var mark = context.Features.Get<InjectedFault>() is { } injected ? $" (injected {injected.Fault.Name})" : "";
        LogRequest(logger, level, context.Request.Method, sentPath, index, context.Response.StatusCode, durationMs, mark);
    }

    [LoggerMessage(Message = "{Method:l} {Path:l} {Index:l} {Status} {DurationMs:0.0} ms{Mark:l}")]
    private static partial void LogRequest(
        ILogger logger, LogLevel level, string method, string path, string index, int status, double durationMs, string mark);
}
