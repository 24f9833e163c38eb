using System.Globalization;
using VectorServer.Api.Addressing;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in operations on namespace aliases, each with its reason; the engine adds the rules of their names.</summary>
internal static class AliasValidator
{
    private const int NameLengthMax = 512;
    private const int PageDefault = 100;
    private const int PageMax = 100;

    /// <summary>Aliases came with 2026-07. A client that names an older version is refused; one that names none, or none that is known, is not.</summary>
    public static void CheckVersion(RequestTarget target)
    {
        if (ApiVersion.IsBefore("2026-07", target.ApiVersion))
            throw Refused("API_VERSION_TOO_OLD", $"Namespace aliases need API version 2026-07 or later, got '{target.ApiVersion}'");
    }

    /// <summary>The engine's name of the target asked for.</summary>
    public static string Target(string? name)
    {
        if (string.IsNullOrEmpty(name))
            throw Refused("TARGET_NAMESPACE_REQUIRED", "target_namespace is required and must not be empty");
        return Namespace(name);
    }

    /// <summary>The engine's name of the target a list is limited to; null for all.</summary>
    public static string? TargetFilter(string? name) => name switch
    {
        null => null,
        "" => throw Refused("TARGET_FILTER_EMPTY", "target_namespace must not be empty: leave it out to list the aliases of all namespaces"),
        _ => Namespace(name),
    };

    /// <summary>The prefix a list is limited to; null for all.</summary>
    public static string? Prefix(string? prefix)
    {
        if (string.IsNullOrEmpty(prefix))
            return null;
        if (prefix.Length > NameLengthMax)
            throw Refused("PREFIX_TOO_LONG", $"prefix must be at most {NameLengthMax} characters long, got {prefix.Length}");
        if (prefix.Contains('\0', StringComparison.Ordinal))
            throw Refused("PREFIX_MUST_NOT_CONTAIN_NULL_CHARACTER", "prefix must not contain the null character");
        if (prefix.AsSpan().ContainsAnyExceptInRange('\x01', '\x7f'))
            throw Refused("PREFIX_MUST_BE_ASCII", $"prefix must be ASCII, got '{prefix}'");
        return prefix;
    }

    public static int Limit(long? limit) => limit switch
    {
        null => PageDefault,
        >= 1 and <= PageMax => (int)limit.Value,
        _ => throw InvalidLimit(limit.Value.ToString(CultureInfo.InvariantCulture)),
    };

    /// <summary>Reads the query string of a list, which may hold nothing else.</summary>
    public static ListNamespaceAliasesRequest ReadList(IQueryCollection query)
    {
        QueryParameters.RefuseOthers(query, "limit", "paginationToken", "prefix", "targetNamespace");
        var target = QueryParameters.All(query, "targetNamespace");
        return new ListNamespaceAliasesRequest(
            ParseLimit(QueryParameters.Text(query, "limit")),
            QueryParameters.Text(query, "paginationToken"),
            QueryParameters.Text(query, "prefix"),
            target.Count == 0 ? null : target[^1] ?? "");
    }

    public static WireException Refused(string reason, string message) =>
        new(WireError.InvalidArgument, message) { Reason = new ErrorReason(reason) };

    private static long? ParseLimit(string? text)
    {
        if (text is null)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) ? limit : throw InvalidLimit(text);
    }

    private static WireException InvalidLimit(string given) =>
        Refused("LIST_INVALID_LIMIT", $"limit must be between 1 and {PageMax}, got '{given}'");

    private static string Namespace(string name)
    {
        if (name.Length > NameLengthMax)
            throw Refused("NAMESPACE_TOO_LONG", $"target_namespace must be at most {NameLengthMax} characters long, got {name.Length}");
        if (name.AsSpan().ContainsAnyExceptInRange('\x01', '\x7f'))
            throw Refused(
                "NAMESPACE_INVALID",
                $"target_namespace must be ASCII without the null character, got '{name.Replace("\0", "\\0", StringComparison.Ordinal)}'");
        return NamespaceName.Parse(name);
    }
}
