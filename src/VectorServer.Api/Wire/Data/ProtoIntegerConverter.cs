using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Wire.Data;

/// <summary>Reads integers as proto-JSON does: any integral number, <c>1.0</c> and <c>1e1</c> among them, or the same as a string.</summary>
internal abstract class ProtoIntegerConverter<T> : JsonConverter<T>
    where T : struct, INumber<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var number = reader.TokenType switch
        {
            JsonTokenType.Number => reader.GetDouble(),
            JsonTokenType.String => Parse(reader.GetString()!),
            _ => throw new JsonException(),
        };
        if (!double.IsInteger(number))
            throw new JsonException();

        try
        {
            return T.CreateChecked(number); // every 32-bit integer is a double
        }
        catch (OverflowException)
        {
            throw new JsonException();
        }
    }

    private static double Parse(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new JsonException();
}

internal sealed class ProtoInt32Converter : ProtoIntegerConverter<int>
{
    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

internal sealed class ProtoUInt32Converter : ProtoIntegerConverter<uint>
{
    public override void Write(Utf8JsonWriter writer, uint value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
