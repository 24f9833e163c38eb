using System.Text.Json;

namespace VectorServer.Storage.IO;

/// <summary>
/// Tells what a newer version of the program made from what is damaged. A namespace's checkpoint has the number of its directory's layout:
/// a version that changes any file of it raises that number. A number is believed where its checksum is right, or where the checkpoint and
/// its copy both have it, whatever else a newer version changed in them.
/// </summary>
internal static class NewerFormat
{
    /// <summary>The word for programs in the refusal of what a newer version made.</summary>
    public const string Reason = "NEWER_FORMAT";

    /// <param name="what">What was made: <c>The checkpoint</c>.</param>
    /// <param name="found">Its format.</param>
    /// <param name="known">The newest that this program reads.</param>
    public static StorageException Of(string what, long found, long known) => new(
        StorageErrorCode.NewerFormat,
        $"{what} was made by a newer version of VectorServer: it has format {found}, this version reads those up to {known}. "
            + "Nothing is damaged: run the newer version")
    {
        Reason = Reason,
    };

    /// <summary>The number <c>format_version</c> of a JSON object; null where there is none.</summary>
    public static int? NumberIn(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("format_version"u8, out var number) && number.TryGetInt32(out var format)
                ? format
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
