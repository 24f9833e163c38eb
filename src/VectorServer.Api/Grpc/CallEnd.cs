using System.Globalization;
using Microsoft.AspNetCore.Connections;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Grpc;

/// <summary>
/// What ends a call from outside: the deadline its client set with <c>grpc-timeout</c>, and for a stream, which may be silent for ever, the end
/// of the server. While this lives the request's token is cancelled by them too, so that operations need not know of it. The library's own
/// deadline cancels a token of its own, and lets calls begin whose time is over.
/// </summary>
internal sealed class CallEnd : IDisposable
{
    // Timers take up to 49 days.
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromDays(40);

    private readonly HttpContext _context;
    private readonly bool _isStream;
    private readonly CancellationToken _aborted;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _expiry = new();
    private readonly CancellationTokenSource _any;

    private CallEnd(HttpContext context, TimeSpan? timeout, bool isStream)
    {
        (_context, _isStream, _aborted) = (context, isStream, context.RequestAborted);
        if (isStream)
            _stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        _any = CancellationTokenSource.CreateLinkedTokenSource(_aborted, _stopping, _expiry.Token);
        context.RequestAborted = _any.Token;
        _any.Token.Register(EndReading);

        // A zero timer would expire on another thread, some time from now.
        if (timeout is { } time && time > TimeSpan.Zero)
            _expiry.CancelAfter(time);
        else if (timeout is not null)
            _expiry.Cancel();
    }

    /// <summary>Starts the clock; null where a call ends by itself alone: it is no stream, and its client set no deadline, or not one that can be read.</summary>
    public static CallEnd? Of(HttpContext context, bool isStream)
    {
        var timeout = ParseTimeout(context.Request.Headers["grpc-timeout"].FirstOrDefault());
        context.Request.Headers.Remove("grpc-timeout");
        return timeout is not null || isStream ? new CallEnd(context, timeout, isStream) : null;
    }

    /// <summary>Why the call was ended, if that is how it came to its failure.</summary>
    public Exception? Reason(Exception? failure)
    {
        // A stream may end well when it is cancelled. An answer that was made in time is one.
        if (!_any.IsCancellationRequested || !(_isStream || failure is OperationCanceledException))
            return null;
        if (_aborted.IsCancellationRequested)
            return new ConnectionAbortedException();
        return _expiry.IsCancellationRequested
            ? new WireException(WireError.DeadlineExceeded, "Deadline exceeded")
            : new WireException(WireError.Unavailable, "The server is shutting down");
    }

    public void Dispose()
    {
        _context.RequestAborted = _aborted;
        _any.Dispose();
        _expiry.Dispose();
    }

    // The library reads without a token.
    private void EndReading()
    {
        try
        {
            if (!_aborted.IsCancellationRequested)
                _context.Request.BodyReader.CancelPendingRead();
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client has left at the same time.
        }
    }

    // One to eight digits and a unit, as in 30S.
    private static TimeSpan? ParseTimeout(string? text)
    {
        if (text is not { Length: >= 2 and <= 9 } || !long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
            return null;

        TimeSpan? timeout = text[^1] switch
        {
            'H' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerHour),
            'M' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerMinute),
            'S' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerSecond),
            'm' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerMillisecond),
            'u' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerMicrosecond),
            'n' => TimeSpan.FromTicks(amount / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
        return timeout > TimeoutMax ? TimeoutMax : timeout;
    }
}
