using VectorServer.Api.Errors;

namespace VectorServer.Api.Switches;

/// <summary>A failure that is injected on purpose.</summary>
/// <param name="Name">As in the settings and the log.</param>
/// <param name="Error">What is answered in place of the operation; null when the operation runs and its answer is lost.</param>
/// <param name="Message">For a client's log; says that the fault was asked for.</param>
internal sealed record Fault(string Name, WireError? Error, string Message)
{
    public static readonly IReadOnlyList<Fault> All =
    [
        new("429", WireError.ResourceExhausted, "Too many requests (an injected fault)"),
        new("500", WireError.Unknown, "Internal server error (an injected fault)"),
        new("503", WireError.Unavailable, "Service unavailable (an injected fault)"),
        new("504", WireError.DeadlineExceeded, "Deadline exceeded (an injected fault)"),
        new("lost", null, ""),
    ];

    /// <summary>Clients are told when to try again, as the service does.</summary>
    public bool HasRetryAfter => Error == WireError.ResourceExhausted || Error == WireError.Unavailable;
}
