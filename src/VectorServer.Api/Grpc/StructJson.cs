using System.Buffers;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Grpc;

/// <summary>Metadata and filters between protobuf's <c>Struct</c> and JSON, so that one set of rules judges both.</summary>
internal static class StructJson
{
    // Protobuf's own limit on nesting comes first: a level of JSON takes two levels of messages or more, of a hundred.
    private static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 100 };

    private static readonly JsonWriterOptions WriteOptions = new() { SkipValidation = true };

    /// <summary>Null where the field is not set. Fields come in ordinal order, for a map has none of its own.</summary>
    /// <exception cref="WireException">A number is not finite.</exception>
    public static JsonElement? ToJson(this Struct? fields)
    {
        if (fields is null)
            return null;

        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, WriteOptions))
            Write(writer, fields);
        using var document = JsonDocument.Parse(json.WrittenMemory, ParseOptions);
        return document.RootElement.Clone();
    }

    /// <summary>An object of JSON, as stored, as a <c>Struct</c>.</summary>
    public static Struct ToStruct(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return ReadStruct(ref reader);
    }

    private static void Write(Utf8JsonWriter writer, Struct fields)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in fields.Fields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.StringValue:
                writer.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.NumberValue when double.IsFinite(value.NumberValue):
                writer.WriteNumberValue(value.NumberValue);
                break;
            case Value.KindOneofCase.NumberValue:
                throw WireException.Invalid($"Numbers in metadata and filters must be finite, got {value.NumberValue}");
            case Value.KindOneofCase.BoolValue:
                writer.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.StructValue:
                Write(writer, value.StructValue);
                break;
            case Value.KindOneofCase.ListValue:
                writer.WriteStartArray();
                foreach (var item in value.ListValue.Values)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static Struct ReadStruct(ref Utf8JsonReader reader)
    {
        var fields = new Struct();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            fields.Fields[name] = ReadValue(ref reader);
        }

        return fields;
    }

    private static Value ReadValue(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => Value.ForString(reader.GetString()!),
        JsonTokenType.Number => Value.ForNumber(reader.GetDouble()),
        JsonTokenType.True => Value.ForBool(true),
        JsonTokenType.False => Value.ForBool(false),
        JsonTokenType.StartArray => Value.ForList(ReadList(ref reader)),
        JsonTokenType.StartObject => Value.ForStruct(ReadStruct(ref reader)),
        _ => Value.ForNull(),
    };

    private static Value[] ReadList(ref Utf8JsonReader reader)
    {
        var items = new List<Value>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(ReadValue(ref reader));
        return [.. items];
    }
}
