using System.Diagnostics.CodeAnalysis;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Bulk;

/// <summary>Addresses of directories as clients write them: <c>file:///data/set</c>, or the plain path <c>/data/set</c>.</summary>
internal static class FileUri
{
    private const string Scheme = "file://";
    private const int LengthMax = 1500; // a fact of the wire

    /// <exception cref="WireException">There is none, or it is too long.</exception>
    public static void CheckLength([NotNull] string? uri)
    {
        if (uri is not { Length: >= 1 and <= LengthMax })
            throw WireException.Invalid($"uri must be 1 to {LengthMax} characters long, got {uri?.Length ?? 0}");
    }

    /// <summary>The absolute path a client means; nothing is looked up.</summary>
    /// <exception cref="WireException">No address, another scheme or host, or steps out of a directory.</exception>
    public static string ToPath(string? uri)
    {
        CheckLength(uri);

        var path = uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? PathOf(uri[Scheme.Length..], uri) : uri;
        if (path.Contains("://", StringComparison.Ordinal))
            throw Refused(uri);
        if (path.Contains('\0', StringComparison.Ordinal) || path.Split('/', '\\').Any(step => step is "." or ".."))
            throw WireException.Invalid($"uri must not hold the steps . and .. or a null character, got '{uri.Replace("\0", "\\0", StringComparison.Ordinal)}'");
        if (!Path.IsPathFullyQualified(path))
            throw Refused(uri);
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }

    /// <summary>The decoded path after the scheme, without the host, which can only be this machine.</summary>
    private static string PathOf(string rest, string uri)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || rest[..slash] is not ("" or "localhost"))
            throw Refused(uri);

        var path = Uri.UnescapeDataString(rest[slash..]);
        return OperatingSystem.IsWindows() ? path.TrimStart('/') : path;
    }

    private static WireException Refused(string uri) => WireException.Invalid(
        $"uri must name a directory on the server's own disk, such as file:///data/set; object stores (s3://, gs://, https://) are not reached by this server: got '{uri}'");
}
