using System.Globalization;

namespace VectorServer.Api.Errors;

/// <summary>The refusal of what may be asked again later: 429 and <c>Retry-After</c>, in every shape.</summary>
internal static class RetryLater
{
    public static Task WriteAsync(HttpContext context, string message, TimeSpan delay)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling(delay.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return ErrorWriter.WriteAsync(context, WireError.ResourceExhausted, message);
    }
}
