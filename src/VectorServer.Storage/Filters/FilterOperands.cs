using System.Text.Json;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Filters;

/// <summary>Reads and checks names and operands of the filter language.</summary>
internal static class FilterOperands
{
    /// <summary>The keys of an object with their values, each once: readers of JSON differ in which of two they heed, and a delete must not guess.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> ReadKeys(JsonElement element)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var name = ReadName(property);
            if (!seen.Add(name))
                throw Invalid($"the key '{name}' occurs twice in one object; join conditions by '$and'");
            yield return (name, property.Value);
        }
    }

    /// <summary>A field or operator as the client spelled it.</summary>
    private static string ReadName(JsonProperty property)
    {
        string name;
        try
        {
            name = property.Name;
        }
        catch (InvalidOperationException)
        {
            throw Invalid("field names must be well-formed Unicode");
        }

        return name.Contains('\0') ? throw Invalid("field names must not contain the null character") : name;
    }

    /// <summary>The operand of equality.</summary>
    public static FilterValue ReadScalar(string field, string name, JsonElement operand) => operand.ValueKind switch
    {
        JsonValueKind.String => ReadText(field, name, operand),
        JsonValueKind.Number => ReadNumber(field, name, operand),
        JsonValueKind.True => FilterValue.Of(true),
        JsonValueKind.False => FilterValue.Of(false),
        JsonValueKind.Array => throw Invalid(
            $"operator '{name}' of field '{field}' needs a string, number or boolean, got a list; use '$in' to match one of several values"),
        _ => throw Wrong(field, name, "a string, number or boolean", operand),
    };

    public static FilterValue ReadNumber(string field, string name, JsonElement operand) =>
        operand.ValueKind == JsonValueKind.Number && operand.TryGetDouble(out var number) && double.IsFinite(number)
            ? FilterValue.Of(number)
            : throw Wrong(field, name, "a number", operand);

    public static bool ReadBoolean(string field, string name, JsonElement operand) => operand.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(field, name, "a boolean", operand),
    };

    public static IReadOnlyList<FilterValue> ReadList(string field, string name, JsonElement operand)
    {
        if (operand.ValueKind != JsonValueKind.Array)
            throw Wrong(field, name, "a list of strings or numbers", operand);
        var count = operand.GetArrayLength();
        if (count > FilterParser.MaxListValues)
            throw Invalid($"operator '{name}' of field '{field}' takes at most {FilterParser.MaxListValues} values, got {count}");

        var values = new List<FilterValue>(count);
        foreach (var item in operand.EnumerateArray())
        {
            values.Add(item.ValueKind switch
            {
                JsonValueKind.String => ReadText(field, name, item),
                JsonValueKind.Number => ReadNumber(field, name, item),
                _ => throw Wrong(field, name, "a list of strings or numbers", operand),
            });
        }

        return values;
    }

    public static StorageException Invalid(string problem) => StorageException.Invalid($"Invalid filter: {problem}");

    private static FilterValue ReadText(string field, string name, JsonElement operand)
    {
        try
        {
            return FilterValue.Of(operand.GetString()!);
        }
        catch (InvalidOperationException)
        {
            throw Invalid($"operator '{name}' of field '{field}' needs well-formed Unicode");
        }
    }

    private static StorageException Wrong(string field, string name, string wanted, JsonElement operand) =>
        Invalid($"operator '{name}' of field '{field}' needs {wanted}, got '{JsonExcerpt.Of(operand)}'");
}
