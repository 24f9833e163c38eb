using System.Security.Cryptography;

namespace VectorServer.Storage.Columns;

/// <summary>What stands for a field's name or value in memory: short canonical JSON itself, of longer text a digest.</summary>
/// <remarks>
/// Filters ask of texts only whether they are equal, so a digest is enough, and no text costs more memory than <see cref="BytesMax"/>.
/// SHA-256, because values come from clients: of a weaker hash somebody could make two that collide.
/// </remarks>
internal static class ColumnKey
{
    /// <summary>Longest key.</summary>
    public const int BytesMax = 1 + SHA256.HashSizeInBytes;

    /// <param name="json">Canonical JSON of a name or value.</param>
    /// <param name="buffer">At least <see cref="BytesMax"/> bytes; may hold the result.</param>
    /// <returns>Equal exactly where <paramref name="json"/> is: no JSON begins with the zero byte of a digest.</returns>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json, Span<byte> buffer)
    {
        if (json.Length <= SHA256.HashSizeInBytes)
            return json;
        buffer[0] = 0;
        SHA256.HashData(json, buffer[1..]);
        return buffer[..BytesMax];
    }
}
