using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Data;

/// <summary>Reads lists of float32. A number too large becomes infinite, which the engine refuses by its position.</summary>
internal sealed class Float32ArrayConverter : JsonConverter<float[]>
{
    private const int CapacityMin = 2048; // most embeddings fit

    public override float[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException();

        var buffer = ArrayPool<float>.Shared.Rent(CapacityMin);
        try
        {
            var count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.Number)
                    throw new JsonException();
                if (count == buffer.Length)
                    Grow(ref buffer);
                buffer[count++] = Float32Text.Parse(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
            }

            return buffer.AsSpan(0, count).ToArray();
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options) => writer.WriteFloats(value);

    private static void Grow(ref float[] buffer)
    {
        var larger = ArrayPool<float>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<float>.Shared.Return(buffer);
        buffer = larger;
    }
}
