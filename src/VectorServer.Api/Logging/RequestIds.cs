using System.Diagnostics;

namespace VectorServer.Api.Logging;

/// <summary>
/// The ids of the request at work, for every line that is logged meanwhile. Work that outlives the request, and was begun by it, has none once
/// it is over. Thread-safe.
/// </summary>
/// <param name="requestId">As in the answer's <c>x-pinecone-request-id</c>.</param>
/// <param name="traceParent">The caller's W3C <c>traceparent</c>; null without one.</param>
internal sealed class RequestIds(string requestId, string? traceParent)
{
    private static readonly AsyncLocal<RequestIds?> Flow = new();

    private string? _traceId;
    private volatile bool _isOver;

    /// <summary>Null outside of requests.</summary>
    public static RequestIds? Current => Flow.Value is { _isOver: false } ids ? ids : null;

    public string RequestId { get; } = requestId;

    /// <summary>That of the span at work where spans are exported, or the caller's; otherwise one of its own.</summary>
    public string TraceId => _traceId ??=
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.TraceId.ToHexString()
        : ActivityContext.TryParse(traceParent, null, out var caller) ? caller.TraceId.ToHexString()
        : ActivityTraceId.CreateRandom().ToHexString();

    /// <summary>From here on, in the calling method and what it calls.</summary>
    public static RequestIds Begin(HttpContext context)
    {
        var ids = new RequestIds(context.TraceIdentifier, context.Request.Headers.TraceParent is [var parent, ..] ? parent : null);
        Flow.Value = ids;
        return ids;
    }

    public void End() => _isOver = true;
}
