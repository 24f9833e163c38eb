using Microsoft.Extensions.Primitives;

namespace VectorServer.Api.Wire;

/// <summary>Reads <c>X-Pinecone-Api-Version</c>.</summary>
internal static class ApiVersion
{
    public const string HeaderName = "X-Pinecone-Api-Version";

    /// <summary>The version sent; the first where a client sends several, as Python 8 does; empty when absent.</summary>
    public static string Read(StringValues header)
    {
        var text = header.Count == 0 ? "" : header[0] ?? "";
        var comma = text.IndexOf(',');
        return (comma < 0 ? text : text[..comma]).Trim();
    }

    /// <summary>The family of a version <c>YYYY-MM</c>, with or without a suffix such as <c>.alpha</c>.</summary>
    public static ApiFamily FamilyOf(string version)
    {
        if (!IsVersion(version))
            return ApiFamily.Classic;

        var month = version.AsSpan(0, 7);
        if (month.SequenceCompareTo("2026-07") >= 0)
            return ApiFamily.Schema;
        return month.SequenceCompareTo("2025-10") >= 0 ? ApiFamily.ReadCapacity : ApiFamily.Classic;
    }

    /// <summary>Whether it is a year and a month, with or without a suffix.</summary>
    public static bool IsVersion(string version) =>
        version.Length >= 7
        && version[4] == '-'
        && version.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0
        && version.AsSpan(5, 2).IndexOfAnyExceptInRange('0', '9') < 0;
}
