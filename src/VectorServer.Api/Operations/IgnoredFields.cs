using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Operations;

/// <summary>
/// Fields of a query that are none of a query's. They do no harm, as clients expect, but a misspelt one would be missed for long: <c>explain</c>
/// names them, and the log does, each once.
/// </summary>
internal sealed partial class IgnoredFields(ILogger<IgnoredFields> logger)
{
    private const int NamesMax = 100; // clients choose them
    private const int NameLengthMax = 100;

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>The names in ordinal order, cut where they are long.</summary>
    public static IReadOnlyList<string> NamesOf(QueryRequest request) => request.Others is { Count: > 0 } others
        ? [.. others.Keys.Select(name => name.Length > NameLengthMax ? name[..NameLengthMax] + "..." : name).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Logs the names that were not told before.</summary>
    public void Tell(QueryRequest request)
    {
        if (request.Others is null)
            return;
        foreach (var name in NamesOf(request))
        {
            lock (_lock)
            {
                if (_told.Count >= NamesMax || !_told.Add(name))
                    continue;
            }

            LogIgnored(logger, name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A query has the field {Field}, which is unknown and was ignored; this is said once")]
    private static partial void LogIgnored(ILogger logger, string field);
}
