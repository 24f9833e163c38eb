using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Switches;

/// <summary>
/// Lets requests to known operations fail as the settings ask, after the key check and before the operation runs. Probes and docs always
/// pass. In the answer the header <c>x-vectorserver-fault</c> tells injected faults from true ones, in the log the word <c>injected</c>.
/// </summary>
internal sealed class FaultMiddleware(RequestDelegate next, ServerOptions options)
{
    private const string FaultHeader = "x-vectorserver-fault";

    // The messages are for a client's log, and say that the fault was asked for.
    private static readonly Dictionary<Fault, (WireError Error, string Message)> Answers = new()
    {
        [Fault.TooManyRequests] = (WireError.ResourceExhausted, "Too many requests (an injected fault)"),
        [Fault.Unknown] = (WireError.Unknown, "Internal server error (an injected fault)"),
        [Fault.Unavailable] = (WireError.Unavailable, "Service unavailable (an injected fault)"),
        [Fault.DeadlineExceeded] = (WireError.DeadlineExceeded, "Deadline exceeded (an injected fault)"),
    };

    private readonly FaultLottery _lottery = new(options.Faults, options.FaultSeed);
    private readonly string _retryAfter = options.FaultRetryAfterSeconds.ToString(CultureInfo.InvariantCulture);

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<PublicEndpoint>() is not null)
            return next(context);

        var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "");
        var fault = _lottery.Draw($"{method} {endpoint.RoutePattern.RawText}", method, path);
        if (fault is null)
            return next(context);

        context.Features.Set(new InjectedFault(fault));
        if (!Answers.TryGetValue(fault, out var answer))
        {
            // The operation answers into the void; LostAnswers drops the connection once it is done.
            context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
            return next(context);
        }

        context.Response.Headers[FaultHeader] = fault.Name;
        if (answer.Error == WireError.ResourceExhausted || answer.Error == WireError.Unavailable) // as the service does
            context.Response.Headers.RetryAfter = _retryAfter;
        return ErrorWriter.WriteAsync(context, answer.Error, answer.Message);
    }

    /// <summary>Outside of all that answers: drops the connection of a request whose answer is to be lost, errors included.</summary>
    public static async Task LoseAnswersAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Features.Get<InjectedFault>()?.Fault == Fault.Lost)
            context.Abort();
    }
}

/// <summary>The feature of a request that was made to fail.</summary>
internal sealed record InjectedFault(Fault Fault);
