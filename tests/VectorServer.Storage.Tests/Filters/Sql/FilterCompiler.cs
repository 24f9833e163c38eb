using System.Globalization;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Model;

namespace VectorServer.Storage.Tests.Filters.Sql;

/// <summary>Turns a filter into a condition of SQL on <c>records r</c>: another evaluation, by another program, that columns are compared with.</summary>
/// <remarks>
/// Equality compares JSON texts: canonical texts are equal exactly when type and value are, where SQLite's own values would mix up
/// <c>1</c> and <c>true</c>, and end a string at a NUL. <c>json_extract</c> with one path gives such a value; with two paths it gives
/// the text of a list of both, so a path asked for twice gives <c>[X,X]</c> for the field's text <c>X</c>.
/// </remarks>
internal sealed class FilterCompiler
{
    // SQLite 3.35, the bundled one, cannot address the empty key, so it is renamed to one that no record has. The two texts occur nowhere else:
    // what follows a string's closing quote is never a quote, and a quote inside a string comes after a backslash.
    private const string EmptyKeyRenamed = """replace(replace(r.metadata, '{"":', '{"$":'), ',"":', ',"$":')""";

    private readonly int _firstParameter;
    private readonly List<object> _parameters = [];
    private readonly Dictionary<string, StoredField> _fields = [];

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
        Filter.Exists exists => $"({Field(exists.Field).Type} IS {(exists.Expected ? "NOT " : "")}NULL)",
        Filter.Comparison { Negated: true } comparison => $"(NOT ifnull({Comparison(comparison)}, 0))",
        Filter.Comparison comparison => $"({Comparison(comparison)})",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Comparison(Filter.Comparison comparison) => comparison.Operator switch
    {
        FilterOperator.Equal => Equal(Field(comparison.Field), comparison.Operands[0]),
        FilterOperator.In => In(Field(comparison.Field), comparison.Operands),
        FilterOperator.GreaterThan => Order(Field(comparison.Field), ">", comparison.Operands[0]),
        FilterOperator.GreaterThanOrEqual => Order(Field(comparison.Field), ">=", comparison.Operands[0]),
        FilterOperator.LessThan => Order(Field(comparison.Field), "<", comparison.Operands[0]),
        FilterOperator.LessThanOrEqual => Order(Field(comparison.Field), "<=", comparison.Operands[0]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Equal(StoredField field, FilterValue operand)
    {
        var same = $"IS {Add(Twice(operand))}";
        return operand.Kind == FilterValueKind.Text
            ? FieldOrElement(field, same, $"= json_extract({Add(operand.Json)}, '$')")
            : $"({field.Text} {same})";
    }

    private string In(StoredField field, IReadOnlyList<FilterValue> operands)
    {
        // Whatever the number of values, each list is one parameter.
        var same = $"IN (SELECT value FROM json_each({Add($"[{string.Join(',', operands.Select(operand => CanonicalJson.Quote(Twice(operand))))}]")}))";
        var texts = operands.Where(operand => operand.Kind == FilterValueKind.Text).Select(operand => operand.Json).ToList();
        return texts.Count > 0
            ? FieldOrElement(field, same, $"IN (SELECT value FROM json_each({Add($"[{string.Join(',', texts)}]")}))")
            : $"ifnull({field.Text} {same}, 0)";
    }

    /// <summary>The field's text compares as <paramref name="same"/> says; of a list, an element's does.</summary>
    /// <param name="field">Where the value is.</param>
    /// <param name="same">Operator and operand for texts of the form <c>[X,X]</c>.</param>
    /// <param name="alike">Operator and operand for SQLite's values: holds for every equal string, and picks the few elements worth the exact test.</param>
    private static string FieldOrElement(StoredField field, string same, string alike) => $"""
        CASE {field.Type}
        WHEN 'array' THEN EXISTS (SELECT 1 FROM json_each({field.Document}, {field.Path}) e
                             WHERE e.value {alike} AND {field.At("e.fullkey").Text} {same})
        ELSE ifnull({field.Text} {same}, 0) END
        """;

    /// <summary>Integers SQLite reads and compares exactly; fractions and exponents are read by <see cref="FilterFunctions.Float64"/>.</summary>
    private string Order(StoredField field, string @operator, FilterValue operand)
    {
        var number = Add(operand.Number);
        return $"""
            CASE {field.Type}
            WHEN 'integer' THEN json_extract({field.Document}, {field.Path}) {@operator} {number}
            WHEN 'real' THEN {FilterFunctions.Float64}({field.Text}) {@operator} {number}
            ELSE 0 END
            """;
    }

    private static string Twice(FilterValue value) => $"[{value.Json},{value.Json}]";

    private StoredField Field(string name)
    {
        if (!_fields.TryGetValue(name, out var field))
        {
            field = name.Length == 0
                ? new StoredField(EmptyKeyRenamed, Add("$.\"$\""))
                : new StoredField("r.metadata", Add($"$.{CanonicalJson.QuoteKey(name)}"));
            _fields.Add(name, field);
        }

        return field;
    }

    private string Add(object value)
    {
        _parameters.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"?{_firstParameter + _parameters.Count - 1}");
    }

    /// <summary>Expressions on one value of a record's JSON; <see cref="Type"/> is NULL where there is none.</summary>
    private readonly record struct StoredField(string Document, string Path)
    {
        public string Type => $"json_type({Document}, {Path})";

        /// <summary>The text <c>[X,X]</c> of the value.</summary>
        public string Text => $"json_extract({Document}, {Path}, {Path})";

        public StoredField At(string path) => this with { Path = path };
    }
}
