using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Data;

/// <summary>An int64 that one wire family writes as a number and another, as proto-JSON does, as a decimal string.</summary>
internal readonly record struct Int64Text(long Value, bool IsText);

internal sealed class Int64TextConverter : JsonConverter<Int64Text>
{
    public override Int64Text Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Counts are only written");

    public override void Write(Utf8JsonWriter writer, Int64Text value, JsonSerializerOptions options)
    {
        if (value.IsText)
            writer.WriteStringValue(value.Value.ToString(CultureInfo.InvariantCulture));
        else
            writer.WriteNumberValue(value.Value);
    }
}
