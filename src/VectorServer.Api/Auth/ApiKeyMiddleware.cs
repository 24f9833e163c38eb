using VectorServer.Api.Errors;

namespace VectorServer.Api.Auth;

/// <summary>Asks every request for a known <c>Api-Key</c>, except at endpoints marked <see cref="PublicEndpoint"/>.</summary>
internal sealed class ApiKeyMiddleware(RequestDelegate next, ApiKeys keys)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isPublic = context.GetEndpoint()?.Metadata.GetMetadata<PublicEndpoint>() is not null;
        return isPublic || keys.Accept(context.Request.Headers["Api-Key"] is [var key, ..] ? key : null)
            ? next(context)
            : ErrorWriter.WriteAsync(context, WireError.Unauthenticated, "");
    }
}

/// <summary>Metadata of an endpoint that needs no key.</summary>
internal sealed class PublicEndpoint
{
    public static readonly PublicEndpoint Instance = new();
}
