using System.Globalization;
using System.Text;

namespace VectorServer.Storage.IO;

/// <summary>
/// A small JSON object whose last member, <c>checksum</c>, is the CRC-32C of all bytes before it. Files that were written before there
/// were checksums lack the member and are read as they are; readers refuse members they do not know, so a damaged name of it is noticed.
/// </summary>
internal static class ChecksummedJson
{
    private static ReadOnlySpan<byte> End => "\n}"u8;

    private static ReadOnlySpan<byte> Member => ",\n  \"checksum\": "u8;

    /// <param name="json">An object with members, indented by two.</param>
    public static byte[] Seal(ReadOnlySpan<byte> json)
    {
        var content = json[..^End.Length];
        return [.. content, .. Member, .. Encoding.ASCII.GetBytes(Crc32C.Compute(content).ToString(CultureInfo.InvariantCulture)), .. End];
    }

    /// <summary>The object without its checksum; null where that does not match.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="isSealed">Out: false for an older file, of which nothing is known.</param>
    public static byte[]? TryOpen(ReadOnlySpan<byte> bytes, out bool isSealed)
    {
        var at = bytes.LastIndexOf(Member);
        isSealed = at >= 0;
        if (!isSealed)
            return bytes.ToArray();
        byte[] json = [.. bytes[..at], .. End];
        return bytes.SequenceEqual(Seal(json)) ? json : null;
    }
}
