using System.Threading.RateLimiting;
using VectorServer.Api.Auth;

namespace VectorServer.Api.Limits;

/// <summary>
/// How often each key may ask, as a bucket of one second's requests that fills up steadily. Without keys all clients share one. Thread-safe.
/// </summary>
internal sealed class RequestRates : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<AccessKey>? _limiter;

    public RequestRates(ServerOptions options)
    {
        var perSecond = options.Limits.RequestsPerSecond;
        if (perSecond > 0)
            _limiter = PartitionedRateLimiter.Create<AccessKey, string>(key => RateLimitPartition.GetTokenBucketLimiter(key.Name, _ => Bucket(perSecond)));
    }

    /// <summary>Takes one request of a key's; how long to wait where there is none left, else null.</summary>
    public TimeSpan? Delay(AccessKey key)
    {
        if (_limiter is null)
            return null;

        using var lease = _limiter.AttemptAcquire(key);
        if (lease.IsAcquired)
            return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var delay) ? delay : Moment;
    }

    public void Dispose() => _limiter?.Dispose();

    private static TokenBucketRateLimiterOptions Bucket(int perSecond) => new()
    {
        TokenLimit = perSecond,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1) / perSecond,
        QueueLimit = 0,
    };
}
