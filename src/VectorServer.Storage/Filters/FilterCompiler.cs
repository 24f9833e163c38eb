using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Filters;

/// <summary>
/// Turns a filter into a condition on <c>records r</c>. Every condition is 0 or 1, never NULL, so that negations and combinations mean
/// what they say. Numbers reach SQLite as canonical JSON text on both sides, so that one parser reads both.
/// </summary>
internal sealed class FilterCompiler
{
    private static readonly JsonSerializerOptions TextOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SqliteCommand _command;

    private FilterCompiler(SqliteCommand command) => _command = command;

    /// <summary>The condition, with its operands added to <paramref name="command"/> as parameters.</summary>
    public static string Compile(Filter filter, SqliteCommand command) => new FilterCompiler(command).Condition(filter);

    private string Condition(Filter filter) => filter switch
    {
        AndFilter and => Join(and.Parts, " AND "),
        OrFilter or => Join(or.Parts, " OR "),
        ExistsFilter exists => $"({FieldSql(exists.Field).Type} IS {(exists.Exists ? "NOT NULL" : "NULL")})",
        ComparisonFilter comparison => Comparison(comparison),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Joins as a balanced tree: SQLite bounds the depth of an expression, and a flat chain is as deep as it is long.</summary>
    private string Join(IEnumerable<Filter> parts, string word)
    {
        var conditions = parts.Select(Condition).ToArray();
        return Balanced(conditions);

        string Balanced(ReadOnlySpan<string> some) => some.Length == 1
            ? some[0]
            : $"({Balanced(some[..(some.Length / 2)])}{word}{Balanced(some[(some.Length / 2)..])})";
    }

    private string Comparison(ComparisonFilter filter)
    {
        var field = FieldSql(filter.Field);
        var holds = filter.Comparison switch
        {
            Filters.Comparison.Equal when filter.Operands[0].Flag is { } flag => $"IFNULL({field.Type} = '{(flag ? "true" : "false")}', 0)",
            Filters.Comparison.Equal when filter.Operands[0].Text is { } text => TextHolds(field, "= " + Parameter(text)),
            Filters.Comparison.In => In(field, filter.Operands),
            var comparison => NumberHolds(
                field, $"{Symbol(comparison)} json_extract({Parameter(RecordMetadata.NumberText(filter.Operands[0].Number!.Value))}, '$')"),
        };
        return filter.Negated ? $"({field.Type} IS NOT NULL AND NOT {holds})" : holds;
    }

    private string In(FieldSql field, IReadOnlyList<FilterValue> operands)
    {
        var texts = JsonSerializer.Serialize(operands.Where(operand => operand.Text is not null).Select(operand => operand.Text), TextOptions);
        var numbers = $"[{string.Join(',', operands.Where(operand => operand.Number is not null).Select(operand => RecordMetadata.NumberText(operand.Number!.Value)))}]";
        return $"({TextHolds(field, $"IN (SELECT value FROM json_each({Parameter(texts)}))")} OR {NumberHolds(field, $"IN (SELECT value FROM json_each({Parameter(numbers)}))")})";
    }

    /// <summary>A string, or some string of a list, compares.</summary>
    private static string TextHolds(FieldSql field, string comparison) =>
        $"(CASE {field.Type} WHEN 'text' THEN {field.Value} {comparison} WHEN 'array' THEN EXISTS (SELECT 1 FROM {field.Elements} WHERE e.value {comparison}) ELSE 0 END)";

    private static string NumberHolds(FieldSql field, string comparison) =>
        $"(CASE WHEN {field.Type} IN ('integer', 'real') THEN {field.Value} {comparison} ELSE 0 END)";

    private static string Symbol(Comparison comparison) => comparison switch
    {
        Filters.Comparison.Equal => "=",
        Filters.Comparison.Greater => ">",
        Filters.Comparison.GreaterOrEqual => ">=",
        Filters.Comparison.Less => "<",
        Filters.Comparison.LessOrEqual => "<=",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>
    /// How a field is reached. A JSON path matches a key's raw text and has no way to write a quote or an empty key, so keys that
    /// stand escaped in the stored JSON, and the empty one, are looked for among all keys instead.
    /// </summary>
    private FieldSql FieldSql(string field)
    {
        var raw = RecordMetadata.EscapedText(field);
        if (raw.Length > 0 && !raw.Contains('\\', StringComparison.Ordinal))
        {
            var path = Parameter($"$.\"{raw}\"");
            return new FieldSql($"json_type(r.metadata, {path})", $"json_extract(r.metadata, {path})", $"json_each(r.metadata, {path}) e");
        }

        var key = Parameter(field);
        return new FieldSql(
            $"(SELECT f.type FROM json_each(r.metadata) f WHERE f.key = {key})",
            $"(SELECT f.value FROM json_each(r.metadata) f WHERE f.key = {key})",
            $"(SELECT x.value FROM json_each(r.metadata) f, json_each(f.value) x WHERE f.key = {key} AND f.type = 'array') e");
    }

    private string Parameter(string value)
    {
        var name = "$f" + _command.Parameters.Count.ToString(CultureInfo.InvariantCulture);
        _command.Parameters.AddWithValue(name, value);
        return name;
    }
}

/// <summary>SQL for a field's JSON type (NULL when it is absent), its value, and the elements <c>e</c> of its list.</summary>
internal readonly record struct FieldSql(string Type, string Value, string Elements);
