using System.Buffers;
using System.Text.Json;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>Writes the parts of a record straight from the engine's memory.</summary>
internal static class RecordJson
{
    /// <summary>Each number in the shortest form that reads back as the same float32.</summary>
    public static void WriteFloats(this Utf8JsonWriter writer, ReadOnlySpan<float> values)
    {
        var text = ArrayPool<byte>.Shared.Rent((values.Length * (Float32Digits.BytesMax + 1)) + 2);
        var length = 0;
        text[length++] = (byte)'[';
        foreach (var value in values)
        {
            length += Float32Digits.Write(value, text.AsSpan(length));
            text[length++] = (byte)',';
        }

        length -= values.IsEmpty ? 0 : 1; // the last comma
        text[length++] = (byte)']';
        writer.WriteRawValue(text.AsSpan(0, length), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(text);
    }

    /// <summary>Writes <c>values</c>, which is always there, and <c>sparseValues</c> and <c>metadata</c> where the record has them.</summary>
    public static void WriteRecordParts(this Utf8JsonWriter writer, ReadOnlySpan<float> values, SparseVector? sparse, RecordMetadata? metadata)
    {
        writer.WritePropertyName("values"u8);
        writer.WriteFloats(values);
        if (sparse is not null)
        {
            writer.WritePropertyName("sparseValues"u8);
            writer.WriteSparse(sparse);
        }

        if (metadata is not null)
        {
            writer.WritePropertyName("metadata"u8);
            writer.WriteRawValue(metadata.Json.Span, skipInputValidation: true);
        }
    }

    public static void WriteUsage(this Utf8JsonWriter writer, Usage usage)
    {
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("readUnits"u8, usage.ReadUnits);
        writer.WriteEndObject();
    }

    public static void WriteSparse(this Utf8JsonWriter writer, SparseVector sparse)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("indices"u8);
        foreach (var index in sparse.Indices.Span)
            writer.WriteNumberValue(index);
        writer.WriteEndArray();
        writer.WritePropertyName("values"u8);
        writer.WriteFloats(sparse.Values.Span);
        writer.WriteEndObject();
    }
}
