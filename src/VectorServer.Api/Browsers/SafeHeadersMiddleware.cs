using VectorServer.Api.Grpc;

namespace VectorServer.Api.Browsers;

/// <summary>
/// Tells browsers to take every answer for what it says it is, to keep none but the docs, and to let the docs' pages load and call nothing
/// but this server. Who calls over gRPC is no browser.
/// </summary>
internal sealed class SafeHeadersMiddleware(RequestDelegate next)
{
    // Swagger UI draws with styles of its own and images inside of them; its scripts are all files.
    private const string DocsPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string AnswerPolicy = "default-src 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.IsGrpc())
            return next(context);

        var (headers, path) = (context.Response.Headers, context.Request.Path);
        headers.XContentTypeOptions = "nosniff";
        if (path.StartsWithSegments("/docs"))
        {
            headers.ContentSecurityPolicy = DocsPolicy;
            headers["Referrer-Policy"] = "no-referrer";
        }
        else
        {
            headers.ContentSecurityPolicy = AnswerPolicy;
            headers.CacheControl = "no-store";
        }

        return next(context);
    }
}
