using VectorServer.Api.Errors;

namespace VectorServer.Api.Validation;

/// <summary>How many a page of ids or namespaces may hold.</summary>
internal static class PageLimit
{
    private const int Default = 100;
    private const int Max = 100;

    public static int Check(long? limit) => limit switch
    {
        null => Default,
        >= 1 and <= Max => (int)limit.Value,
        _ => throw Refused(limit),
    };

    public static WireException Refused(object given) => WireException.Invalid($"limit must be between 1 and {Max}, got '{given}'");
}
