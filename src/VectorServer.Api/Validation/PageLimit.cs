using VectorServer.Api.Errors;

namespace VectorServer.Api.Validation;

/// <summary>How many a page may hold.</summary>
internal static class PageLimit
{
    /// <summary>The most, and the default where nothing else is said.</summary>
    public const int Max = 100;

    public static int Check(long? limit) => limit switch
    {
        null => Max,
        >= 1 and <= Max => (int)limit.Value,
        _ => throw Refused(limit),
    };

    public static WireException Refused(object given) => WireException.Invalid($"limit must be between 1 and {Max}, got '{given}'");
}
