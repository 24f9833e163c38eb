using System.Globalization;

namespace VectorServer.Api.Grpc;

/// <summary>
/// The deadline a client sets with <c>grpc-timeout</c>. While this lives, the request's token is cancelled by the deadline too, so that
/// operations need not know of it.
/// </summary>
internal sealed class GrpcDeadline : IDisposable
{
    // Timers take up to 49 days.
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromDays(40);

    private readonly HttpContext _context;
    private readonly CancellationToken _aborted;
    private readonly CancellationTokenSource _expiry;
    private readonly CancellationTokenSource _either;

    private GrpcDeadline(HttpContext context, TimeSpan timeout)
    {
        _context = context;
        _aborted = context.RequestAborted;
        _expiry = new CancellationTokenSource();
        _either = CancellationTokenSource.CreateLinkedTokenSource(_aborted, _expiry.Token);
        context.RequestAborted = _either.Token;

        // A zero timer would expire on another thread, some time from now.
        if (timeout > TimeSpan.Zero)
            _expiry.CancelAfter(timeout);
        else
            _expiry.Cancel();
    }

    /// <summary>The deadline passed, and the client is still there to be told.</summary>
    public bool IsExceeded => _expiry.IsCancellationRequested && !_aborted.IsCancellationRequested;

    /// <summary>Starts the clock; null where the client set no deadline, or not one that can be read.</summary>
    public static GrpcDeadline? Start(HttpContext context) =>
        TryParse(context.Request.Headers["grpc-timeout"].FirstOrDefault(), out var timeout) ? new GrpcDeadline(context, timeout) : null;

    public void Dispose()
    {
        _context.RequestAborted = _aborted;
        _either.Dispose();
        _expiry.Dispose();
    }

    /// <summary>Reads one to eight digits and a unit, as in <c>30S</c>.</summary>
    internal static bool TryParse(string? text, out TimeSpan timeout)
    {
        timeout = default;
        if (text is not { Length: >= 2 and <= 9 }
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
            return false;

        TimeSpan? asked = text[^1] switch
        {
            'H' => new TimeSpan(amount * TimeSpan.TicksPerHour),
            'M' => new TimeSpan(amount * TimeSpan.TicksPerMinute),
            'S' => new TimeSpan(amount * TimeSpan.TicksPerSecond),
            'm' => new TimeSpan(amount * TimeSpan.TicksPerMillisecond),
            'u' => new TimeSpan(amount * TimeSpan.TicksPerMicrosecond),
            'n' => new TimeSpan(amount / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
        if (asked is null)
            return false;
        timeout = asked < TimeoutMax ? asked.Value : TimeoutMax;
        return true;
    }
}
