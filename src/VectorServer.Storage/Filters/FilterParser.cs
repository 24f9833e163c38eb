using System.Text.Json;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Filters;

/// <summary>Reads the wire's filter language into a <see cref="Filter"/>, pushing negation to the leaves on the way.</summary>
internal sealed class FilterParser
{
    /// <summary>Most levels of <c>$and</c>, <c>$or</c> and <c>$not</c>; a level of evaluation holds up to two bitmaps of all rows.</summary>
    public const int MaxDepth = 16;

    /// <summary>Most conditions of one filter: each is a pass over the rows.</summary>
    public const int MaxConditions = 900;

    /// <summary>Most values of <c>$in</c> and <c>$nin</c>.</summary>
    public const int MaxListValues = 10_000;

    private int _conditions;

    private FilterParser()
    {
    }

    /// <inheritdoc cref="Filter.Parse"/>
    public static Filter? Parse(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Invalid($"a filter must be an object, got '{JsonExcerpt.Of(element)}'");
        return element.EnumerateObject().Any() ? new FilterParser().ReadFilter(element, negated: false, depth: 0) : null;
    }

    /// <summary>An object of fields, <c>$and</c>, <c>$or</c> and <c>$not</c>, all of which must hold; negated, one must fail.</summary>
    private Filter ReadFilter(JsonElement element, bool negated, int depth)
    {
        if (depth > MaxDepth)
            throw TooDeep();

        var parts = new List<Filter>();
        foreach (var (name, value) in FilterOperands.ReadKeys(element))
        {
            parts.Add(name switch
            {
                "$and" => Join(ReadFilters(name, value, negated, depth), all: !negated),
                "$or" => Join(ReadFilters(name, value, negated, depth), all: negated),
                "$not" when value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any() => ReadFilter(value, !negated, depth + 1),
                "$not" => throw Invalid($"operator '$not' needs a non-empty filter object, got '{JsonExcerpt.Of(value)}'"),
                _ when name.StartsWith('$') => throw Invalid($"operator '{name}' is not allowed here, only '$and', '$or', '$not' and field names are"),
                _ => ReadField(name, value, negated, depth),
            });
        }

        return Join(parts, all: !negated);
    }

    /// <summary>The list under <c>$and</c> or <c>$or</c>.</summary>
    private List<Filter> ReadFilters(string name, JsonElement list, bool negated, int depth)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            throw Invalid($"operator '{name}' needs a non-empty list of filters, got '{JsonExcerpt.Of(list)}'");

        var filters = new List<Filter>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.EnumerateObject().Any())
                throw Invalid($"operator '{name}' needs a list of non-empty filter objects, got '{JsonExcerpt.Of(item)}' in it");
            filters.Add(ReadFilter(item, negated, depth + 1));
        }

        return filters;
    }

    /// <summary>What one field must satisfy: a value it equals, or an object of operators.</summary>
    private Filter ReadField(string field, JsonElement condition, bool negated, int depth) => condition.ValueKind == JsonValueKind.Object
        ? ReadOperators(field, condition, negated, depth)
        : Compare(field, FilterOperator.Equal, [FilterOperands.ReadScalar(field, "$eq", condition)], negated);

    /// <summary>Operators on one field, all of which must hold; negated, one must fail.</summary>
    private Filter ReadOperators(string field, JsonElement operators, bool negated, int depth)
    {
        if (depth > MaxDepth)
            throw TooDeep();

        var parts = new List<Filter>();
        foreach (var (name, operand) in FilterOperands.ReadKeys(operators))
            parts.Add(ReadOperator(field, name, operand, negated, depth));
        if (parts.Count == 0)
            throw Invalid($"field '{field}' needs at least one operator");
        return Join(parts, all: !negated);
    }

    private Filter ReadOperator(string field, string name, JsonElement operand, bool negated, int depth) => name switch
    {
        "$eq" => Compare(field, FilterOperator.Equal, [FilterOperands.ReadScalar(field, name, operand)], negated),
        "$ne" => Compare(field, FilterOperator.Equal, [FilterOperands.ReadScalar(field, name, operand)], !negated),
        "$gt" => Compare(field, FilterOperator.GreaterThan, [FilterOperands.ReadNumber(field, name, operand)], negated),
        "$gte" => Compare(field, FilterOperator.GreaterThanOrEqual, [FilterOperands.ReadNumber(field, name, operand)], negated),
        "$lt" => Compare(field, FilterOperator.LessThan, [FilterOperands.ReadNumber(field, name, operand)], negated),
        "$lte" => Compare(field, FilterOperator.LessThanOrEqual, [FilterOperands.ReadNumber(field, name, operand)], negated),
        "$in" => Compare(field, FilterOperator.In, FilterOperands.ReadList(field, name, operand), negated),
        "$nin" => Compare(field, FilterOperator.In, FilterOperands.ReadList(field, name, operand), !negated),
        "$exists" => Count(new Filter.Exists(field, FilterOperands.ReadBoolean(field, name, operand) != negated)),
        "$not" when operand.ValueKind == JsonValueKind.Object => ReadOperators(field, operand, !negated, depth + 1),
        "$not" => throw Invalid($"operator '$not' of field '{field}' needs an object of operators, got '{JsonExcerpt.Of(operand)}'"),
        _ => throw Invalid(name.StartsWith('$')
            ? $"unknown operator '{name}' for field '{field}'"
            : $"field '{field}' needs an object of operators, got the key '{name}' in it"),
    };

    private Filter Compare(string field, FilterOperator @operator, IReadOnlyList<FilterValue> operands, bool negated) =>
        Count(new Filter.Comparison(field, @operator, operands, negated));

    private Filter Count(Filter leaf) => ++_conditions <= MaxConditions
        ? leaf
        : throw Invalid($"a filter may hold at most {MaxConditions} conditions; use '$in' to list values");

    private static Filter Join(List<Filter> filters, bool all) =>
        filters.Count == 1 ? filters[0] : all ? new Filter.And(filters) : new Filter.Or(filters);

    private static StorageException TooDeep() => Invalid($"'$and', '$or' and '$not' may nest at most {MaxDepth} levels deep");

    private static StorageException Invalid(string problem) => FilterOperands.Invalid(problem);
}
