using System.Threading.RateLimiting;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Limits;

/// <summary>Requests that are answered at once; others wait for their place, and those beyond are asked to come again.</summary>
internal sealed class RequestPlaces(int answeredMax, int waitingMax) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = answeredMax,
        QueueLimit = waitingMax,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        using var place = await _places.AcquireAsync(1, context.RequestAborted);
        if (place.IsAcquired)
            await next(context);
        else
            await RetryLater.WriteAsync(context, "The server is busy", RetryAfter);
    }

    public void Dispose() => _places.Dispose();
}
