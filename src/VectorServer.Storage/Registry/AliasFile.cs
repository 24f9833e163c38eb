using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Registry;

/// <summary>
/// The aliases of an index on disk, <c>aliases.json</c>: a format version, the aliases, and the CRC-32C of their JSON as it stands.
/// Small, and replaced whole by every change. No file is no aliases.
/// </summary>
internal static class AliasFile
{
    private const int CurrentFormat = 1;

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>, <see cref="StorageErrorCode.NewerFormat"/>.</exception>
    public static IReadOnlyList<NamespaceAlias> Read(string path)
    {
        if (!Path.Exists(path))
            return [];
        try
        {
            var document = JsonSerializer.Deserialize(File.ReadAllBytes(path), AliasJsonContext.Default.AliasDocument);
            if (document is { FormatVersion: > CurrentFormat })
                throw NewerFormat.Of("The file of the index's aliases", document.FormatVersion, CurrentFormat);
            if (document is { FormatVersion: CurrentFormat, Aliases.ValueKind: JsonValueKind.Array }
                && document.Checksum == Crc32C.Compute(JsonMarshal.GetRawUtf8Value(document.Aliases)))
                return document.Aliases.Deserialize(AliasJsonContext.Default.NamespaceAliasArray)!;
        }
        catch (JsonException e)
        {
            throw new StorageException(StorageErrorCode.DataCorruption, "The file of the index's aliases is damaged", e);
        }

        throw new StorageException(StorageErrorCode.DataCorruption, "The file of the index's aliases is damaged");
    }

    /// <summary>Durable when the method returns.</summary>
    public static void Write(Disk disk, string path, IEnumerable<NamespaceAlias> aliases)
    {
        var list = JsonSerializer.SerializeToUtf8Bytes([.. aliases], AliasJsonContext.Default.NamespaceAliasArray);
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteNumber("format_version"u8, CurrentFormat);
            writer.WriteNumber("checksum"u8, Crc32C.Compute(list));
            writer.WritePropertyName("aliases"u8);
            writer.WriteRawValue(list); // as it was summed
            writer.WriteEndObject();
        }

        AtomicFile.Write(disk, path, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}

internal sealed record AliasDocument(int FormatVersion, uint Checksum, JsonElement Aliases);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AliasDocument))]
[JsonSerializable(typeof(NamespaceAlias[]))]
internal sealed partial class AliasJsonContext : JsonSerializerContext;
