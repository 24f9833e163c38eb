using Microsoft.AspNetCore.Http.Features;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Wire.Data;

/// <summary>Names of namespaces on the wire. The default one is <c>""</c> to the engine, and <c>""</c> or <c>__default__</c> to clients.</summary>
internal static class NamespaceName
{
    public const string Default = "__default__";

    private const int LengthMax = 512;

    /// <summary>The engine's name for what a client wrote.</summary>
    /// <exception cref="WireException">Too long, not ASCII, or with a null character.</exception>
    public static string Parse(string? name)
    {
        if (name is null or Default)
            return "";
        if (name.Length > LengthMax)
            throw WireException.Invalid($"Namespace name must be at most {LengthMax} characters long, got {name.Length}");
        if (name.AsSpan().ContainsAnyExceptInRange('\x01', '\x7f'))
            throw WireException.Invalid($"Namespace name must be ASCII without the null character, got '{name.Replace("\0", "\\0", StringComparison.Ordinal)}'");
        return name;
    }

    public static string ToWire(string engineName) => engineName.Length == 0 ? Default : engineName;

    /// <summary>The name an answer bears: as it was asked, or the target's where an alias was asked.</summary>
    /// <param name="asked">As the client wrote it.</param>
    /// <param name="read">The engine's name of what was read.</param>
    public static string ToAnswer(string? asked, string read) => Parse(asked) == read ? asked ?? "" : ToWire(read);

    /// <summary>The key in statistics. Clients older than 2025-04, and those that send no version, look for the empty string.</summary>
    public static string ToStatsKey(string engineName, string apiVersion) =>
        IsSince("2025-04", apiVersion) ? ToWire(engineName) : engineName;

    /// <summary>The key in statistics over gRPC, where clients of 2025-04 look for the empty string still.</summary>
    public static string ToGrpcStatsKey(string engineName, string apiVersion) =>
        IsSince("2025-10", apiVersion) ? ToWire(engineName) : engineName;

    /// <summary>The name at the end of the path, decoded whole: routing leaves <c>%2F</c> alone and cannot tell it from <c>%252F</c>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="parameter">The route's parameter for it.</param>
    /// <exception cref="WireException">The path was routed by another name, since the server removed its end, such as <c>/.</c>.</exception>
    public static string OfPath(HttpContext context, string parameter = "namespace")
    {
        var routed = (string)context.GetRouteValue(parameter)!;
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(target))
            return routed; // not every server keeps the target as it was sent

        var path = target.AsSpan(0, target.IndexOf('?', StringComparison.Ordinal) is var query and >= 0 ? query : target.Length).TrimEnd('/');
        var name = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
        return WithSlashes(name) == WithSlashes(routed) ? name : throw WireException.Invalid($"The path must end in the name, got one that ends in '{name}' and means '{routed}'");
    }

    private static string WithSlashes(string name) => name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a client sent a version, and one not older than <paramref name="first"/>.</summary>
    public static bool IsSince(string first, string apiVersion) =>
        apiVersion.StartsWith("20", StringComparison.Ordinal) && string.CompareOrdinal(apiVersion, first) >= 0;
}
