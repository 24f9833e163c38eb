using Microsoft.Extensions.Primitives;

namespace VectorServer.Api.Wire;

/// <summary>Reads <c>X-Pinecone-Api-Version</c>.</summary>
internal static class ApiVersion
{
    public const string HeaderName = "X-Pinecone-Api-Version";

    /// <summary>All versions that are served, oldest first.</summary>
    public static readonly IReadOnlyList<string> Served = ["2024-07", "2024-10", "2025-01", "2025-04", "2025-10", "2026-04", "2026-07"];

    private const int MonthLength = 7; // YYYY-MM

    /// <summary>The version sent; the first where a client sends several, as Python 8 does; empty when absent.</summary>
    public static string Read(StringValues header)
    {
        var text = header.Count == 0 ? "" : header[0] ?? "";
        var comma = text.IndexOf(',');
        return (comma < 0 ? text : text[..comma]).Trim();
    }

    /// <summary>The family of a version <c>YYYY-MM</c>, or of its preview, which is <c>YYYY-MM.</c> and a word such as <c>alpha</c>.</summary>
    /// <remarks>The first preview of the schema family is <c>2026-01.alpha</c>; one shows what the versions after its month will be.</remarks>
    public static ApiFamily FamilyOf(string version)
    {
        if (!IsVersion(version))
            return ApiFamily.Classic;

        var month = version.AsSpan(0, MonthLength);
        if (month.SequenceCompareTo(IsPreview(version) ? "2026-01" : "2026-07") >= 0)
            return ApiFamily.Schema;
        return month.SequenceCompareTo("2025-10") >= 0 ? ApiFamily.ReadCapacity : ApiFamily.Classic;
    }

    /// <summary>Whether it is a year and a month, with or without a suffix.</summary>
    public static bool IsVersion(string version) =>
        version.Length >= MonthLength
        && version[4] == '-'
        && version.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0
        && version.AsSpan(5, 2).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>Whether it is a version, or the preview of one, of a month before <paramref name="month"/>.</summary>
    public static bool IsBefore(string month, string version) => IsVersion(version) && version.AsSpan(0, MonthLength).SequenceCompareTo(month) < 0;

    private static bool IsPreview(string version) =>
        version.Length > MonthLength + 1 && version[MonthLength] == '.' && char.IsAsciiLetter(version[MonthLength + 1]);
}
