using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Wire.Data;

/// <summary>
/// Opaque page tokens: where the last page ended, and a digest of that and of what was listed, so that a token is refused with
/// any other listing and when damaged. Not a secret: it grants nothing that the request alone would not.
/// </summary>
/// <param name="scope">What is listed: operation, index, namespace, prefix, filter.</param>
internal sealed class PageToken(params ReadOnlySpan<string?> scope)
{
    private const int DigestBytes = 8;

    // Each part by its length, so that no two scopes read alike.
    private readonly string _scope = string.Concat(scope.ToArray().Select(part => $"{part?.Length ?? 0}:{part}"));

    /// <summary>The token of the page after <paramref name="after"/>; null on the last.</summary>
    public string? Encode(string? after) =>
        after is null ? null : Base64Url.EncodeToString([.. Digest(after), .. Encoding.UTF8.GetBytes(after)]);

    /// <summary>Where the last page ended; null for the first page.</summary>
    /// <exception cref="WireException">The token was not made for this listing.</exception>
    public string? Decode(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return null;
        return TryDecode(token, out var after) ? after : throw WireException.Invalid("Invalid pagination token");
    }

    /// <summary>Where the last page ended; false if the token was not made for this listing.</summary>
    public bool TryDecode(string token, out string after)
    {
        after = "";
        if (!Base64Url.IsValid(token) || Base64Url.DecodeFromChars(token) is not { Length: >= DigestBytes } bytes)
            return false;

        after = Encoding.UTF8.GetString(bytes.AsSpan(DigestBytes));
        return bytes.AsSpan(0, DigestBytes).SequenceEqual(Digest(after));
    }

    private ReadOnlySpan<byte> Digest(string after) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{_scope}{after}")).AsSpan(0, DigestBytes);
}
