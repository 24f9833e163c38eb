using System.Text.Json;

namespace VectorServer.Storage.Tests.Filters;

/// <summary>The filter language read off the wire's own JSON, one record at a time: what the engine's answers are compared with.</summary>
internal static class NaiveFilter
{
    /// <param name="filter">A valid filter.</param>
    /// <param name="metadata">Null for a record without metadata.</param>
    public static bool Matches(JsonElement filter, JsonElement? metadata) =>
        filter.EnumerateObject().All(part => part.Name switch
        {
            "$and" => part.Value.EnumerateArray().All(item => Matches(item, metadata)),
            "$or" => part.Value.EnumerateArray().Any(item => Matches(item, metadata)),
            "$not" => !Matches(part.Value, metadata),
            _ => Satisfies(Field(metadata, part.Name), part.Value),
        });

    private static JsonElement? Field(JsonElement? metadata, string name) =>
        metadata is { } fields && fields.TryGetProperty(name, out var value) ? value : null;

    private static bool Satisfies(JsonElement? value, JsonElement condition) => condition.ValueKind == JsonValueKind.Object
        ? condition.EnumerateObject().All(part => Holds(value, part.Name, part.Value))
        : Holds(value, "$eq", condition);

    private static bool Holds(JsonElement? value, string name, JsonElement operand) => name switch
    {
        "$not" => !Satisfies(value, operand),
        "$exists" => value.HasValue == operand.GetBoolean(),
        "$eq" => AnyOf(value, item => Same(item, operand)),
        "$ne" => !AnyOf(value, item => Same(item, operand)),
        "$in" => AnyOf(value, item => operand.EnumerateArray().Any(wanted => Same(item, wanted))),
        "$nin" => !AnyOf(value, item => operand.EnumerateArray().Any(wanted => Same(item, wanted))),
        "$gt" => value is { ValueKind: JsonValueKind.Number } number && number.GetDouble() > operand.GetDouble(),
        "$gte" => value is { ValueKind: JsonValueKind.Number } number && number.GetDouble() >= operand.GetDouble(),
        "$lt" => value is { ValueKind: JsonValueKind.Number } number && number.GetDouble() < operand.GetDouble(),
        "$lte" => value is { ValueKind: JsonValueKind.Number } number && number.GetDouble() <= operand.GetDouble(),
        _ => throw new ArgumentException($"no such operator: {name}"),
    };

    private static bool AnyOf(JsonElement? value, Func<JsonElement, bool> test) =>
        value is { } present && (present.ValueKind == JsonValueKind.Array ? present.EnumerateArray().Any(test) : test(present));

    private static bool Same(JsonElement left, JsonElement right) => left.ValueKind == right.ValueKind && left.ValueKind switch
    {
        JsonValueKind.String => left.GetString() == right.GetString(),
        JsonValueKind.Number => left.GetDouble() == right.GetDouble(),
        _ => true,
    };
}
