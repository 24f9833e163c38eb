using System.Text.Json;

namespace VectorServer.Storage.Filters;

/// <summary>Reads the filter language of the wire.</summary>
/// <remarks>
/// Grammar: an object of fields and of <c>$and</c>/<c>$or</c>, all of which must hold; a field's condition is a value (equality) or an
/// object of operators, all of which must hold.
/// </remarks>
internal static class FilterParser
{
    private const int DepthMax = 32;
    private const int ConditionsMax = 1_000; // keeps the compiled SQL within SQLite's limits
    private const int ListLengthMax = 10_000;

    public static Filter? Parse(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object && !element.EnumerateObject().Any())
            return null;
        var conditions = 0;
        return ParseObject(element, depth: 1, ref conditions);
    }

    private static Filter ParseObject(JsonElement element, int depth, ref int conditions)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw StorageException.Invalid($"Filter must be an object, got '{Shown(element)}'");
        if (depth > DepthMax)
            throw StorageException.Invalid($"Filter is nested more than {DepthMax} levels deep");

        var parts = new List<Filter>();
        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property);
            if (name is "$and" or "$or")
            {
                var inner = ParseList(name, property.Value, depth, ref conditions);
                parts.Add(name == "$and" ? new AndFilter(inner) : new OrFilter(inner));
            }
            else if (name.StartsWith('$'))
            {
                throw StorageException.Invalid($"Operator '{name}' is not allowed at the top level of a filter: only $and, $or and field names are");
            }
            else
            {
                parts.Add(ParseCondition(name, property.Value, negated: false, depth + 1, ref conditions));
            }
        }

        return parts.Count switch
        {
            0 => throw StorageException.Invalid("A filter inside $and or $or must not be empty"),
            1 => parts[0],
            _ => new AndFilter(parts),
        };
    }

    private static List<Filter> ParseList(string name, JsonElement element, int depth, ref int conditions)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0)
            throw StorageException.Invalid($"Operator '{name}' needs a non-empty list of filters, got '{Shown(element)}'");
        var parts = new List<Filter>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
            parts.Add(ParseObject(item, depth + 1, ref conditions));
        return parts;
    }

    /// <summary>What stands behind a field name, or behind <c>$not</c> under one.</summary>
    private static Filter ParseCondition(string field, JsonElement element, bool negated, int depth, ref int conditions)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            Count(ref conditions);
            return new ComparisonFilter(field, Comparison.Equal, [ParseValue(field, "$eq", element)], negated);
        }

        if (depth > DepthMax)
            throw StorageException.Invalid($"Filter is nested more than {DepthMax} levels deep");

        var parts = new List<Filter>();
        foreach (var property in element.EnumerateObject())
        {
            Count(ref conditions);
            parts.Add(ParseOperator(field, NameOf(property), property.Value, negated, depth, ref conditions));
        }

        // Not (a and b) is (not a) or (not b).
        return parts.Count switch
        {
            0 => throw StorageException.Invalid($"Field '{field}' needs a condition, got an empty object"),
            1 => parts[0],
            _ => negated ? new OrFilter(parts) : new AndFilter(parts),
        };
    }

    private static Filter ParseOperator(string field, string name, JsonElement operand, bool negated, int depth, ref int conditions) => name switch
    {
        "$eq" => new ComparisonFilter(field, Comparison.Equal, [ParseValue(field, name, operand)], negated),
        "$ne" => new ComparisonFilter(field, Comparison.Equal, [ParseValue(field, name, operand)], !negated),
        "$gt" => new ComparisonFilter(field, Comparison.Greater, [ParseNumber(field, name, operand)], negated),
        "$gte" => new ComparisonFilter(field, Comparison.GreaterOrEqual, [ParseNumber(field, name, operand)], negated),
        "$lt" => new ComparisonFilter(field, Comparison.Less, [ParseNumber(field, name, operand)], negated),
        "$lte" => new ComparisonFilter(field, Comparison.LessOrEqual, [ParseNumber(field, name, operand)], negated),
        "$in" => new ComparisonFilter(field, Comparison.In, ParseValues(field, name, operand), negated),
        "$nin" => new ComparisonFilter(field, Comparison.In, ParseValues(field, name, operand), !negated),
        "$exists" => new ExistsFilter(field, ParseFlag(field, name, operand) != negated),
        "$not" when operand.ValueKind == JsonValueKind.Object => ParseCondition(field, operand, !negated, depth + 1, ref conditions),
        "$not" => throw StorageException.Invalid($"Operator '$not' needs a condition for field '{field}', got '{Shown(operand)}'"),
        _ => throw StorageException.Invalid($"Operator '{name}' for field '{field}' is not supported"),
    };

    private static FilterValue ParseValue(string field, string name, JsonElement operand) => operand.ValueKind switch
    {
        JsonValueKind.String => new FilterValue(TextOf(operand)),
        JsonValueKind.Number => ParseNumber(field, name, operand),
        JsonValueKind.True => new FilterValue(true),
        JsonValueKind.False => new FilterValue(false),
        JsonValueKind.Array => throw StorageException.Invalid(
            $"Operator '{name}' needs a string, number or boolean for field '{field}', got the list '{Shown(operand)}': use $in or $nin"),
        _ => throw StorageException.Invalid($"Operator '{name}' needs a string, number or boolean for field '{field}', got '{Shown(operand)}'"),
    };

    private static FilterValue ParseNumber(string field, string name, JsonElement operand)
    {
        if (operand.ValueKind == JsonValueKind.Number && operand.TryGetDouble(out var number) && double.IsFinite(number))
            return new FilterValue(number);
        throw StorageException.Invalid($"Operator '{name}' needs a number for field '{field}', got '{Shown(operand)}'");
    }

    private static bool ParseFlag(string field, string name, JsonElement operand) => operand.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw StorageException.Invalid($"Operator '{name}' needs a boolean for field '{field}', got '{Shown(operand)}'"),
    };

    private static FilterValue[] ParseValues(string field, string name, JsonElement operand)
    {
        if (operand.ValueKind != JsonValueKind.Array)
            throw StorageException.Invalid($"Operator '{name}' needs a list of strings or numbers for field '{field}', got '{Shown(operand)}'");
        if (operand.GetArrayLength() > ListLengthMax)
            throw StorageException.Invalid($"Operator '{name}' takes at most {ListLengthMax} values for field '{field}', got {operand.GetArrayLength()}");

        return [.. operand.EnumerateArray().Select(item => item.ValueKind switch
        {
            JsonValueKind.String => new FilterValue(TextOf(item)),
            JsonValueKind.Number => ParseNumber(field, name, item),
            _ => throw StorageException.Invalid($"Operator '{name}' needs a list of strings or numbers for field '{field}', got '{Shown(item)}' in it"),
        })];
    }

    private static void Count(ref int conditions)
    {
        if (++conditions > ConditionsMax)
            throw StorageException.Invalid($"Filter has more than {ConditionsMax} conditions");
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw StorageException.Invalid("Field names in a filter must be valid Unicode");
        }
    }

    private static string TextOf(JsonElement operand)
    {
        try
        {
            return operand.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw StorageException.Invalid($"Strings in a filter must be valid Unicode, got '{Shown(operand)}'");
        }
    }

    private static string Shown(JsonElement element)
    {
        const int LengthMax = 100;
        var text = element.GetRawText();
        return text.Length <= LengthMax ? text : text[..LengthMax] + "...";
    }
}
