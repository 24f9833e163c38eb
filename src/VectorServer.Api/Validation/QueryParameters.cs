using System.Globalization;
using System.Text.Json;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>Reads and checks the parameters of a query string; as in bodies, <c>pagination_token</c> is also <c>paginationToken</c>.</summary>
internal static class QueryParameters
{
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

    /// <summary>Refuses parameters of any other name.</summary>
    public static void RefuseOthers(IQueryCollection query, params ReadOnlySpan<string> names)
    {
        foreach (var given in query.Keys)
        {
            var isKnown = false;
            foreach (var name in names)
                isKnown |= given.Equals(name, StringComparison.OrdinalIgnoreCase)
                    || given.Equals(JsonNamingPolicy.SnakeCaseLower.ConvertName(name), StringComparison.OrdinalIgnoreCase);
            if (!isKnown)
                throw WireException.Invalid($"Unknown query parameter '{given}'");
        }
    }

    /// <summary>Which page of ids or namespaces is asked for.</summary>
    public static PageRequest Page(IQueryCollection query) => new(Text(query, "prefix"), Limit(query), Text(query, "paginationToken"));

    /// <summary>Which page of backups and what belongs to them is asked for; a page holds 10 before 2026-07 unless said.</summary>
    public static PageRequest ControlPage(IQueryCollection query, ApiFamily family) =>
        new(null, Limit(query, family == ApiFamily.Schema ? PageLimit.Max : 10), Text(query, "paginationToken"));

    private static int Limit(IQueryCollection query, int otherwise = PageLimit.Max)
    {
        if (Text(query, "limit") is not { } text)
            return otherwise;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit)
            ? PageLimit.Check(limit)
            : throw PageLimit.Refused(text);
    }
}
