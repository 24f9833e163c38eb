using System.Security.Cryptography;
using System.Text;

namespace VectorServer.Storage.Backups;

/// <summary>
/// A JSON document in an envelope that is JSON too and bears its SHA-256:
/// <code>
/// {
///   "sha256": "64 digits of lower-case hex",
///   "content": the document
/// }
/// </code>
/// Every byte counts, white space included: the file is what <see cref="Seal"/> makes of its document, or it is damaged.
/// </summary>
internal static class SealedJson
{
    private static ReadOnlySpan<byte> Head => "{\n  \"sha256\": \""u8;

    private static ReadOnlySpan<byte> Middle => "\",\n  \"content\": "u8;

    private static ReadOnlySpan<byte> Tail => "\n}\n"u8;

    public static byte[] Seal(ReadOnlySpan<byte> document) =>
        [.. Head, .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(document))), .. Middle, .. document, .. Tail];

    /// <param name="bytes">The whole file.</param>
    /// <param name="document">Out: its document.</param>
    /// <returns>False for anything but what <see cref="Seal"/> makes.</returns>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> document)
    {
        var before = Head.Length + SHA256.HashSizeInBytes * 2 + Middle.Length;
        document = bytes.Length >= before + Tail.Length ? bytes[before..^Tail.Length] : default;
        return bytes.SequenceEqual(Seal(document));
    }
}
