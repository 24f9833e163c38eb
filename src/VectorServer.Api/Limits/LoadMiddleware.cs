using System.Threading.RateLimiting;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Limits;

/// <summary>Refuses what the server cannot bear: work beyond its memory, and more requests at once than it answers and keeps waiting.</summary>
internal sealed class LoadMiddleware(RequestDelegate next, MemoryCeiling memory, ServerOptions options) : IDisposable
{
    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Limits.RequestsMax,
        QueueLimit = options.Limits.RequestsMax,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

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

        using var place = await _places.AcquireAsync(1, context.RequestAborted);
        if (place.IsAcquired)
            await next(context);
        else
            await RetryLater.WriteAsync(context, "The server is busy", BusyRetryAfter);
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
