using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace VectorServer.Api.Wire;

/// <summary>
/// The JSON text that the serializer reads on this thread. It lets a converter, which is given only a reader, look at the text behind the
/// reader's token and read a part of it faster than token by token.
/// </summary>
internal static class BodyText
{
    [ThreadStatic]
    private static ReadOnlyMemory<byte> _text;

    /// <exception cref="JsonException">The text is not JSON, or does not fit the type.</exception>
    public static T? Deserialize<T>(ReadOnlyMemory<byte> text, JsonTypeInfo<T> type)
    {
        _text = text;
        try
        {
            return JsonSerializer.Deserialize(text.Span, type);
        }
        catch (JsonException)
        {
            // Where a converter moved the reader, the error's position is wrong: it is found again token by token.
            _text = default;
            return JsonSerializer.Deserialize(text.Span, type);
        }
        finally
        {
            _text = default;
        }
    }

    /// <summary>The text behind the reader's token; empty where the reader does not read it.</summary>
    public static ReadOnlySpan<byte> Behind(scoped in Utf8JsonReader reader)
    {
        var text = _text.Span;
        return !reader.HasValueSequence && text.Overlaps(reader.ValueSpan, out var start) ? text[(start + reader.ValueSpan.Length)..] : default;
    }
}
