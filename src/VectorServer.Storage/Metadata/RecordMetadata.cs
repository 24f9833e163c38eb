using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace VectorServer.Storage.Metadata;

/// <summary>
/// A record's metadata: a flat JSON object of strings, numbers (float64), booleans and lists of strings, kept as canonical UTF-8
/// JSON: keys in the order written, each once; numbers as doubles, integers without a fraction; nothing escaped that need not be.
/// Immutable.
/// </summary>
public sealed class RecordMetadata
{
    /// <summary>Largest size of one record's metadata, in bytes of JSON.</summary>
    public const int MaxBytes = 40_960;

    private const double ExactIntegerMax = 1L << 53; // doubles hold every integer up to here

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private RecordMetadata(ReadOnlyMemory<byte> json) => Json = json;

    /// <summary>Canonical UTF-8 JSON, ready to be written into an answer.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Reads and checks a JSON object; an empty one gives null.</summary>
    /// <exception cref="StorageException">Nested, null or ill-typed values, keys that begin with <c>$</c>, not an object, or too large.</exception>
    public static RecordMetadata? Parse(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw StorageException.Invalid($"Metadata must be an object, got '{Shown(element)}'");
        return Write(Fields(element));
    }

    /// <summary>This with the fields of <paramref name="changes"/> set or overwritten.</summary>
    /// <exception cref="StorageException">The merged object is too large.</exception>
    public RecordMetadata Merge(RecordMetadata changes)
    {
        using var own = JsonDocument.Parse(Json);
        using var other = JsonDocument.Parse(changes.Json);
        var fields = Fields(own.RootElement);
        foreach (var field in other.RootElement.EnumerateObject())
            fields[field.Name] = field.Value;
        return Write(fields)!;
    }

    /// <summary>Wraps JSON that was canonical when it was stored.</summary>
    internal static RecordMetadata FromStored(byte[] json) => new(json);

    /// <summary>A number as it stands in canonical JSON, so that what is stored and what it is compared with are the same text.</summary>
    internal static string NumberText(double number)
    {
        var buffer = new ArrayBufferWriter<byte>(32);
        using (var writer = new Utf8JsonWriter(buffer))
            WriteNumber(writer, number);
        return System.Text.Encoding.ASCII.GetString(buffer.WrittenSpan);
    }

    /// <summary>A key or string as it stands in canonical JSON, without its quotes.</summary>
    internal static string EscapedText(string text) => JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);

    private static OrderedDictionary<string, JsonElement> Fields(JsonElement element)
    {
        var fields = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in element.EnumerateObject())
            fields[NameOf(field)] = field.Value;
        return fields;
    }

    private static string NameOf(JsonProperty field)
    {
        try
        {
            if (!field.Name.Contains('\0', StringComparison.Ordinal))
                return field.Name;
        }
        catch (InvalidOperationException)
        {
            // a lone surrogate
        }

        throw StorageException.Invalid("Metadata field names must be valid Unicode without the null character");
    }

    private static RecordMetadata? Write(OrderedDictionary<string, JsonElement> fields)
    {
        if (fields.Count == 0)
            return null;

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                if (name.StartsWith('$'))
                    throw StorageException.Invalid($"Metadata field names must not begin with '$', got '{name}'");
                writer.WritePropertyName(name);
                WriteValue(writer, name, value);
            }

            writer.WriteEndObject();
        }

        if (buffer.WrittenCount > MaxBytes)
            throw StorageException.Invalid($"metadata size is {buffer.WrittenCount} bytes, which exceeds the limit of {MaxBytes} bytes per vector");
        return new RecordMetadata(buffer.WrittenSpan.ToArray());
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                writer.WriteStringValue(TextOf(name, value));
                break;
            case JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number):
                WriteNumber(writer, number);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.WriteBooleanValue(value.GetBoolean());
                break;
            case JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    writer.WriteStringValue(TextOf(name, item));
                writer.WriteEndArray();
                break;
            default:
                throw StorageException.Invalid(
                    $"Metadata value must be a string, number, boolean or list of strings, got '{Shown(value)}' for field '{name}'");
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        if (Math.Abs(number) <= ExactIntegerMax && number == Math.Truncate(number))
            writer.WriteNumberValue((long)number);
        else
            writer.WriteNumberValue(number);
    }

    private static string TextOf(string name, JsonElement value)
    {
        try
        {
            var text = value.GetString()!;
            if (!text.Contains('\0', StringComparison.Ordinal)) // SQLite's JSON functions would cut the string there
                return text;
        }
        catch (InvalidOperationException)
        {
            // a lone surrogate
        }

        throw StorageException.Invalid($"Metadata strings must be valid Unicode without the null character, got '{Shown(value)}' for field '{name}'");
    }

    private static string Shown(JsonElement value)
    {
        const int LengthMax = 100;
        var text = value.GetRawText();
        return text.Length <= LengthMax ? text : text[..LengthMax] + "...";
    }
}
