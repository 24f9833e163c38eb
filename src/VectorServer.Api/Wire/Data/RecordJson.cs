using System.Text.Json;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Api.Wire.Data;

/// <summary>Writes the parts of a record straight from the engine's memory.</summary>
internal static class RecordJson
{
    /// <summary>Each number in the shortest form that reads back as the same float32.</summary>
    public static void WriteFloats(this Utf8JsonWriter writer, ReadOnlySpan<float> values)
    {
        writer.WriteStartArray();
        foreach (var value in values)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
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
