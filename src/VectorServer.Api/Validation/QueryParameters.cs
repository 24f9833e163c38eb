using System.Globalization;
using System.Text.Json;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Validation;

/// <summary>Reads and checks the parameters of a query string; as in bodies, <c>pagination_token</c> is also <c>paginationToken</c>.</summary>
internal static class QueryParameters
{
    private const int LimitDefault = 100;
    private const int LimitMax = 100;

    /// <summary>All values of a repeated parameter.</summary>
    public static IReadOnlyList<string?> All(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) ? values : query[JsonNamingPolicy.SnakeCaseLower.ConvertName(name)];

    /// <summary>The last value; null when absent or empty.</summary>
    public static string? Text(IQueryCollection query, string name) =>
        All(query, name) is { Count: > 0 } values && values[^1] is { Length: > 0 } value ? value : null;

    public static bool Flag(IQueryCollection query, string name) => Text(query, name) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw WireException.Invalid($"{name} must be true or false, got '{other}'"),
    };

    /// <summary>How many a page of ids or namespaces may hold: 1 to 100.</summary>
    public static int Limit(IQueryCollection query)
    {
        if (Text(query, "limit") is not { } text)
            return LimitDefault;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= LimitMax
            ? limit
            : throw WireException.Invalid($"limit must be between 1 and {LimitMax}, got '{text}'");
    }
}
