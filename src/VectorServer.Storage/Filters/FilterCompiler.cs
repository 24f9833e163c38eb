using System.Globalization;
using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Filters;

/// <summary>Turns a filter into a condition of SQL on <c>records r</c>.</summary>
/// <remarks>
/// Equality compares JSON texts: canonical texts are equal exactly when type and value are, where SQLite's own values would mix up
/// <c>1</c> and <c>true</c>, and end a string at a NUL. <c>json_extract</c> with one path gives such a value; with two paths it gives
/// the text of a list of both, so a path asked for twice gives <c>[X,X]</c> for the field's text <c>X</c>.
/// </remarks>
internal sealed class FilterCompiler
{
    private readonly int _firstParameter;
    private readonly List<string> _parameters = [];
    private readonly Dictionary<string, string> _fieldPaths = [];

    private FilterCompiler(int firstParameter) => _firstParameter = firstParameter;

    /// <param name="filter">What to compile.</param>
    /// <param name="firstParameter">The number of the first free parameter: <c>?1</c> is 1.</param>
    public static CompiledFilter Compile(Filter filter, int firstParameter)
    {
        var compiler = new FilterCompiler(firstParameter);
        return new CompiledFilter(compiler.Condition(filter), firstParameter, compiler._parameters);
    }

    /// <summary>Of every filter, an expression in parentheses that is 0 or 1.</summary>
    private string Condition(Filter filter) => filter switch
    {
        Filter.And and => $"({string.Join(" AND ", and.Filters.Select(Condition))})",
        Filter.Or or => $"({string.Join(" OR ", or.Filters.Select(Condition))})",
        Filter.Exists exists => $"({TypeOf(Path(exists.Field))} IS {(exists.Expected ? "NOT " : "")}NULL)",
        Filter.Comparison { Negated: true } comparison => Negated(Path(comparison.Field), Comparison(comparison)),
        Filter.Comparison comparison => $"({Comparison(comparison)})",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Negated(string path, string comparison) => $"({TypeOf(path)} IS NOT NULL AND NOT {comparison})";

    private string Comparison(Filter.Comparison comparison) => comparison.Operator switch
    {
        FilterOperator.Equal => Equal(Path(comparison.Field), comparison.Operands[0]),
        FilterOperator.In => In(Path(comparison.Field), comparison.Operands),
        FilterOperator.GreaterThan => Order(Path(comparison.Field), ">", comparison.Operands[0]),
        FilterOperator.GreaterThanOrEqual => Order(Path(comparison.Field), ">=", comparison.Operands[0]),
        FilterOperator.LessThan => Order(Path(comparison.Field), "<", comparison.Operands[0]),
        FilterOperator.LessThanOrEqual => Order(Path(comparison.Field), "<=", comparison.Operands[0]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Equal(string path, FilterValue operand)
    {
        var same = $"IS {Add(Twice(operand))}";
        return operand.Kind == FilterValueKind.Text
            ? FieldOrElement(path, same, $"= json_extract({Add(operand.Json)}, '$')")
            : $"({TextOf(path)} {same})";
    }

    private string In(string path, IReadOnlyList<FilterValue> operands)
    {
        // Whatever the number of values, each list is one parameter.
        var same = $"IN (SELECT value FROM json_each({Add($"[{string.Join(',', operands.Select(operand => CanonicalJson.Quote(Twice(operand))))}]")}))";
        var texts = operands.Where(operand => operand.Kind == FilterValueKind.Text).Select(operand => operand.Json).ToList();
        return texts.Count > 0
            ? FieldOrElement(path, same, $"IN (SELECT value FROM json_each({Add($"[{string.Join(',', texts)}]")}))")
            : $"ifnull({TextOf(path)} {same}, 0)";
    }

    /// <summary>The field's text compares as <paramref name="same"/> says; of a list, an element's does.</summary>
    /// <param name="path">Parameter with the field's path.</param>
    /// <param name="same">Operator and operand for texts of the form <c>[X,X]</c>.</param>
    /// <param name="alike">Operator and operand for SQLite's values: holds for every equal string, and picks the few elements worth the exact test.</param>
    private static string FieldOrElement(string path, string same, string alike) => $"""
        CASE {TypeOf(path)}
        WHEN 'array' THEN EXISTS (SELECT 1 FROM json_each(r.metadata, {path}) e WHERE e.value {alike} AND {TextOf("e.fullkey")} {same})
        ELSE ifnull({TextOf(path)} {same}, 0) END
        """;

    /// <summary>SQLite reads both numbers from their texts by the same code, so that equal ones stay equal.</summary>
    private string Order(string path, string @operator, FilterValue operand) =>
        $"CASE WHEN {TypeOf(path)} IN ('integer', 'real') THEN json_extract(r.metadata, {path}) {@operator} json_extract({Add(operand.Json)}, '$') ELSE 0 END";

    private static string TypeOf(string path) => $"json_type(r.metadata, {path})";

    private static string TextOf(string path) => $"json_extract(r.metadata, {path}, {path})";

    private static string Twice(FilterValue value) => $"[{value.Json},{value.Json}]";

    private string Path(string field)
    {
        if (!_fieldPaths.TryGetValue(field, out var parameter))
            _fieldPaths[field] = parameter = Add($"$.{CanonicalJson.QuoteKey(field)}");
        return parameter;
    }

    private string Add(string value)
    {
        _parameters.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"?{_firstParameter + _parameters.Count - 1}");
    }
}
