using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace VectorServer.Api.Wire;

/// <summary>
/// What is wrong with a value that is JSON and does not fit its field: which kind was expected, and which came. The serializer tells where by
/// a path; by it the field's type and the value are looked up.
/// </summary>
internal static partial class JsonMisfit
{
    private const string Unknown = "invalid type or value";
    private const int ShownMax = 40;
    private const int BytesMax = 4 << 20; // a larger body is not parsed once more for a message

    /// <param name="exception">Of a body that was read as far as to the value.</param>
    /// <param name="json">The whole body.</param>
    /// <param name="type">What it was to be.</param>
    /// <returns>Such as <c>vector: expected an array of numbers, got an object</c>.</returns>
    public static string Describe(JsonException exception, ReadOnlyMemory<byte> json, JsonTypeInfo type)
    {
        var path = exception.Path is { Length: > 2 } full ? full[2..] + ": " : "";
        return path + Problem(exception.Path ?? "", json, type);
    }

    private static string Problem(string path, ReadOnlyMemory<byte> json, JsonTypeInfo type)
    {
        using var document = json.Length > BytesMax ? null : TryParse(json);
        if (document is null || Find(document.RootElement, type, path) is not var (value, target))
            return Unknown;
        if (value.ValueKind == JsonValueKind.Null)
            return "must not be null";
        var expected = Expected(target);
        var got = Got(value, expected);
        return got == expected ? Unknown : $"expected {expected}, got {got}";
    }

    /// <summary>A .NET type as JSON has it.</summary>
    private static string Expected(JsonTypeInfo type) => (Nullable.GetUnderlyingType(type.Type) ?? type.Type) switch
    {
        var simple when simple == typeof(string) => "a string",
        var simple when simple == typeof(bool) => "a boolean",
        var simple when simple == typeof(float) || simple == typeof(double) => "a number",
        var simple when simple.IsPrimitive => "a whole number",
        _ when ElementOf(type) is { } element && type.Kind != JsonTypeInfoKind.Dictionary =>
            type.Options.TryGetTypeInfo(element, out var known) ? "an array of " + Several(Expected(known)) : "an array",
        _ => "an object",
    };

    private static string Several(string one) => one[(one.IndexOf(' ', StringComparison.Ordinal) + 1)..] + "s";

    // A list with a reader of its own tells nothing of its elements.
    private static Type? ElementOf(JsonTypeInfo type) => type.ElementType ?? (type.Type.IsArray ? type.Type.GetElementType() : null);

    private static string Got(JsonElement value, string expected)
    {
        var kind = Kind(value);
        if (expected.EndsWith("numbers", StringComparison.Ordinal) && value.ValueKind == JsonValueKind.Array)
        {
            var (position, item) = value.EnumerateArray().Index().FirstOrDefault(
                item => item.Item.ValueKind != JsonValueKind.Number, (value.GetArrayLength(), default));
            return item.ValueKind == JsonValueKind.Undefined ? $"'{Excerpt(value)}'" : $"{Kind(item)} in it at position {position}";
        }

        // A whole number may be a string, and a number one that is not whole: then the value says more than its kind.
        return value.ValueKind is JsonValueKind.Number || (value.ValueKind == JsonValueKind.String && expected == "a whole number")
            ? $"'{Excerpt(value)}'"
            : kind;
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    private static string Excerpt(JsonElement value) =>
        value.GetRawText() is { Length: > ShownMax } text ? string.Concat(text.AsSpan(0, ShownMax), "...") : value.GetRawText();

    private static JsonDocument? TryParse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The value at a path as the serializer writes it, <c>$.a[0]['odd name']</c>, and its type; null where they part.</summary>
    private static (JsonElement Value, JsonTypeInfo Type)? Find(JsonElement value, JsonTypeInfo type, string path)
    {
        foreach (Match step in Steps().Matches(path))
        {
            Type? next;
            if (step.Groups["index"] is { Success: true } index)
            {
                if (value.ValueKind != JsonValueKind.Array || !int.TryParse(index.ValueSpan, out var position) || position >= value.GetArrayLength())
                    return null;
                value = value[position];
                next = ElementOf(type);
            }
            else
            {
                var name = step.Groups["name"].Value;
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
                    return null;
                next = type.Kind == JsonTypeInfoKind.Dictionary
                    ? type.ElementType
                    : type.Properties.FirstOrDefault(property => property.Name == name)?.PropertyType;
            }

            if (next is null || !type.Options.TryGetTypeInfo(next, out var known))
                return null;
            type = known;
        }

        return (value, type);
    }

    [GeneratedRegex(@"\[(?<index>\d+)\]|\['(?<name>[^']*)'\]|\.(?<name>[^.\[]+)")]
    private static partial Regex Steps();
}
