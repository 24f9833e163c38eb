using VectorServer.Api.Errors;
using VectorServer.Api.Validation;

namespace VectorServer.Api.Wire.Data;

/// <summary>
/// Page tokens of alias lists. Unlike other tokens they carry the filters of their list, so that the next page needs the token alone;
/// filters sent with one must be its own.
/// </summary>
/// <param name="Prefix">Null for all names.</param>
/// <param name="Target">The engine's name; null for all targets.</param>
/// <param name="After">Where the last page ended; null before the first.</param>
internal sealed record AliasPageToken(string? Prefix, string? Target, string? After)
{
    /// <summary>Where to go on: the filters asked for, or the token's.</summary>
    /// <param name="indexId">The index that is listed.</param>
    /// <param name="token">Null or empty for the first page.</param>
    /// <param name="prefix">Checked; null if not sent.</param>
    /// <param name="target">Checked; null if not sent.</param>
    /// <exception cref="WireException">The token is none of this index's, or of another list.</exception>
    public static AliasPageToken Read(Guid indexId, string? token, string? prefix, string? target)
    {
        if (string.IsNullOrEmpty(token))
            return new AliasPageToken(prefix, target, null);

        // Three parts, of which the filters bear a mark: the default namespace's name is empty.
        if (!Seal(indexId).TryDecode(token, out var text) || text.Split('\0') is not [var tokenPrefix, var tokenTarget, var after])
            throw AliasValidator.Refused("INVALID_PAGINATION_TOKEN", "Invalid pagination token");

        var carried = new AliasPageToken(Unmark(tokenPrefix), Unmark(tokenTarget), after);
        CheckSame("prefix", "PREFIX", carried.Prefix, prefix);
        CheckSame("target_namespace", "TARGET", carried.Target, target);
        return carried;
    }

    /// <summary>The token of the page after this one; null on the last.</summary>
    public string? Next(Guid indexId, string? after) =>
        after is null ? null : Seal(indexId).Encode($"{Mark(Prefix)}\0{Mark(Target)}\0{after}");

    private static PageToken Seal(Guid indexId) => new("namespace-aliases", indexId.ToString());

    private static string Mark(string? filter) => filter is null ? "" : "=" + filter;

    private static string? Unmark(string marked) => marked.Length == 0 ? null : marked[1..];

    private static void CheckSame(string parameter, string word, string? carried, string? sent)
    {
        if (sent is null || sent == carried)
            return;
        throw carried is null
            ? AliasValidator.Refused($"LIST_INVALID_TOKEN_WITH_{word}", $"The pagination token is of a list without {parameter}: leave it out")
            : AliasValidator.Refused($"LIST_INVALID_TOKEN_WITH_NEW_{word}", $"The pagination token is of a list with another {parameter}: leave it out, or begin anew");
    }
}
