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
            _ => Satisfies(Field(metadata, part.Name), part.Value, negated: false),
        });

    private static JsonElement? Field(JsonElement? metadata, string name) =>
        metadata is { } fields && fields.TryGetProperty(name, out var value) ? value : null;

    private static bool Satisfies(JsonElement? value, JsonElement condition, bool negated)
    {
        if (condition.ValueKind != JsonValueKind.Object)
            return Holds(value, "$eq", condition, negated);
        return negated
            ? condition.EnumerateObject().Any(part => Holds(value, part.Name, part.Value, negated))
            : condition.EnumerateObject().All(part => Holds(value, part.Name, part.Value, negated));
    }

    private static bool Holds(JsonElement? value, string name, JsonElement operand, bool negated)
    {
        if (name == "$not")
            return Satisfies(value, operand, !negated);
        if (name == "$exists")
            return value.HasValue == (operand.GetBoolean() != negated);
        if (value is not { } present)
            return false;
        return negated != name switch
        {
            "$eq" => AnyOf(present, item => Same(item, operand)),
            "$ne" => !AnyOf(present, item => Same(item, operand)),
            "$in" => AnyOf(present, item => operand.EnumerateArray().Any(wanted => Same(item, wanted))),
            "$nin" => !AnyOf(present, item => operand.EnumerateArray().Any(wanted => Same(item, wanted))),
            "$gt" => present.ValueKind == JsonValueKind.Number && present.GetDouble() > operand.GetDouble(),
            "$gte" => present.ValueKind == JsonValueKind.Number && present.GetDouble() >= operand.GetDouble(),
            "$lt" => present.ValueKind == JsonValueKind.Number && present.GetDouble() < operand.GetDouble(),
            "$lte" => present.ValueKind == JsonValueKind.Number && present.GetDouble() <= operand.GetDouble(),
            _ => throw new ArgumentException($"no such operator: {name}"),
        };
    }

    private static bool AnyOf(JsonElement value, Func<JsonElement, bool> test) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Any(test) : test(value);

    private static bool Same(JsonElement left, JsonElement right) => left.ValueKind == right.ValueKind && left.ValueKind switch
    {
        JsonValueKind.String => left.GetString() == right.GetString(),
        JsonValueKind.Number => left.GetDouble() == right.GetDouble(),
        _ => true,
    };
}
