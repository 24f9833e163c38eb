using VectorServer.Api.Auth;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Limits;

/// <summary>Refuses what the server cannot bear: work beyond its memory, and more requests at once than it answers and keeps waiting.</summary>
internal sealed class LoadMiddleware(RequestDelegate next, MemoryCeiling memory, ServerOptions options) : IDisposable
{
    private readonly RequestPlaces _places = new(options.Limits.RequestsMax, options.Limits.RequestsMax);

    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<PublicEndpoint>() is not null)
        {
            await next(context);
            return;
        }

        if (endpoint is not null && IsBeyondMemory(context, endpoint))
        {
            await RetryLater.WriteAsync(context, memory.Refusal(), MemoryCeiling.RetryAfter);
            return;
        }

        await _places.RunAsync(context, next);
    }

    public void Dispose() => _places.Dispose();

    private bool IsBeyondMemory(HttpContext context, Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<GrowsMemory>() is not null)
            return memory.IsFull;
        return context.GetPlane() != Plane.Control
            && endpoint.Metadata.GetMetadata<RequiredRole>() is { Role: KeyRole.Read }
            && memory.IsOverfull;
    }
}
