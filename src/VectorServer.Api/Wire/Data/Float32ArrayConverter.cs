using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Data;

/// <summary>
/// Reads lists of float32. A number too large becomes infinite, which the engine refuses by its position. Lists in a <see cref="BodyText"/>
/// are scanned without the reader, which takes most of the time of reading a vector.
/// </summary>
internal sealed class Float32ArrayConverter : JsonConverter<float[]>
{
    public override float[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException();

        using var values = new Float32List();
        var rest = BodyText.Behind(reader);
        if (values.TryScan(rest, out var end))
        {
            // The reader goes on at the closing bracket.
            reader = new Utf8JsonReader(rest[end..], isFinalBlock: true, reader.CurrentState);
            reader.Read();
        }
        else
        {
            Read(ref reader, values);
        }

        return values.ToArray();
    }

    public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options) => writer.WriteFloats(value);

    private static void Read(ref Utf8JsonReader reader, Float32List values)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number)
                throw new JsonException();
            values.Add(Float32Text.Parse(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan));
        }
    }
}
