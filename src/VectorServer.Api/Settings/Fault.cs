namespace VectorServer.Api.Settings;

/// <summary>A failure that is injected on purpose.</summary>
/// <param name="Name">As in the settings and the log: a status, or <c>lost</c> where the operation runs and its answer is lost.</param>
internal sealed record Fault(string Name)
{
    public static readonly Fault TooManyRequests = new("429");
    public static readonly Fault Unknown = new("500");
    public static readonly Fault Unavailable = new("503");
    public static readonly Fault DeadlineExceeded = new("504");
    public static readonly Fault Lost = new("lost");

    public static readonly IReadOnlyList<Fault> All = [TooManyRequests, Unknown, Unavailable, DeadlineExceeded, Lost];
}
