namespace VectorServer.Api.Logging;

/// <summary>Names every request in its answer: our id, and the client's own where it sent one.</summary>
internal sealed class RequestIdMiddleware(RequestDelegate next)
{
    private const int EchoLengthMax = 128;

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers["x-pinecone-request-id"] = context.TraceIdentifier;
        if (context.Request.Headers["x-request-id"] is [{ Length: > 0 and <= EchoLengthMax } id, ..] && IsVisibleAscii(id))
            context.Response.Headers["x-request-id"] = id;
        return next(context);
    }

    private static bool IsVisibleAscii(string text) => text.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;
}
