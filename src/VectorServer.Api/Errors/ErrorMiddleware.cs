using Microsoft.AspNetCore.Connections;
using VectorServer.Api.Addressing;

namespace VectorServer.Api.Errors;

/// <summary>Turns every exception, and every bare error status of the framework, into an error of the wire.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (IsOfLostClient(context, exception))
        {
            if (!context.Response.HasStarted)
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }
        catch (Exception exception)
        {
            await WriteAsync(context, exception);
            return;
        }

        if (IsBareError(context.Response))
        {
            var (error, message) = ErrorMapping.Map(context.Response.StatusCode, context.Request);
            await ErrorWriter.WriteAsync(context, error, message);
        }
    }

    private async Task WriteAsync(HttpContext context, Exception exception)
    {
        var (error, message) = ErrorMapping.Map(exception);

        // What the host itself refuses is no failure: not offered, too late, not ready yet.
        if (error.Status >= StatusCodes.Status500InternalServerError && exception is not WireException)
            LogFailure(logger, exception, context.Request.Method, context.Request.Path.ToUriComponent(), context.Target().IndexName ?? "-");

        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return;
        }

        await ErrorWriter.WriteAsync(context, error, message, ErrorReason.Of(exception));
    }

    private static bool IsOfLostClient(HttpContext context, Exception exception) =>
        exception is ConnectionAbortedException || (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested);

    private static bool IsBareError(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} on index {Index} failed")]
    private static partial void LogFailure(ILogger logger, Exception exception, string method, string path, string index);
}
