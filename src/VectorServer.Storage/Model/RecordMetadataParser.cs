using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace VectorServer.Storage.Model;

/// <summary>Checks a client's metadata object and writes it as canonical JSON.</summary>
internal static class RecordMetadataParser
{
    /// <summary>Null for an object without fields.</summary>
    public static byte[]? Parse(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw StorageException.Invalid($"Metadata must be an object, got '{JsonExcerpt.Of(element)}'");

        // The last of equal keys wins, at the place of the first.
        var fields = new OrderedDictionary<string, JsonElement>();
        foreach (var property in element.EnumerateObject())
            fields[ReadKey(property)] = property.Value;
        if (fields.Count == 0)
            return null;

        var json = new ArrayBufferWriter<byte>(256);
        foreach (var (key, value) in fields)
        {
            json.Write(json.WrittenCount == 0 ? "{"u8 : ","u8);
            WriteUtf8(json, CanonicalJson.QuoteKey(key));
            json.Write(":"u8);
            WriteValue(json, key, value);
        }

        json.Write("}"u8);
        return json.WrittenSpan.ToArray();
    }

    private static string ReadKey(JsonProperty property)
    {
        string key;
        try
        {
            key = property.Name;
        }
        catch (InvalidOperationException)
        {
            throw StorageException.Invalid("Metadata field names must be well-formed Unicode");
        }

        if (key.StartsWith('$'))
            throw StorageException.Invalid($"Metadata field names must not begin with '$', got '{key}'");
        // SQLite takes NUL for the end of a key, so that two such keys could be mixed up.
        if (key.Contains('\0'))
            throw StorageException.Invalid("Metadata field names must not contain the null character");
        return key;
    }

    private static void WriteValue(ArrayBufferWriter<byte> json, string field, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                WriteString(json, field, value);
                break;
            case JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number):
                WriteUtf8(json, CanonicalJson.Format(number));
                break;
            case JsonValueKind.True:
                json.Write("true"u8);
                break;
            case JsonValueKind.False:
                json.Write("false"u8);
                break;
            case JsonValueKind.Array:
                WriteList(json, field, value);
                break;
            default:
                throw WrongType(field, value);
        }
    }

    private static void WriteList(ArrayBufferWriter<byte> json, string field, JsonElement list)
    {
        json.Write("["u8);
        var first = true;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                throw WrongType(field, list);
            if (!first)
                json.Write(","u8);
            first = false;
            WriteString(json, field, item);
        }

        json.Write("]"u8);
    }

    private static void WriteString(ArrayBufferWriter<byte> json, string field, JsonElement value)
    {
        // JSON allows no bare control characters, so text without a backslash is canonical as it stands.
        var quoted = JsonMarshal.GetRawUtf8Value(value);
        if (!quoted.Contains((byte)'\\') && Utf8.IsValid(quoted))
        {
            json.Write(quoted);
            return;
        }

        try
        {
            WriteUtf8(json, CanonicalJson.Quote(value.GetString()!));
        }
        catch (InvalidOperationException)
        {
            throw StorageException.Invalid($"Metadata strings must be well-formed Unicode, got a broken one for field '{field}'");
        }
    }

    private static void WriteUtf8(ArrayBufferWriter<byte> json, string text) => Encoding.UTF8.GetBytes(text, json);

    private static StorageException WrongType(string field, JsonElement value) => StorageException.Invalid(
        $"Metadata value must be a string, number, boolean or list of strings, got '{JsonExcerpt.Of(value)}' for field '{field}'");
}
