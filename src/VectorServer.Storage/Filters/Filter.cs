using System.Text.Json;

namespace VectorServer.Storage.Filters;

/// <summary>A metadata filter, parsed once into a tree. Immutable.</summary>
/// <remarks>
/// A condition on a field holds only for records that have the field, but for <c>$exists: false</c>. Negations (<c>$ne</c>, <c>$nin</c>,
/// <c>$not</c>) stand at the leaves of the tree; the parser pushes them there.
/// </remarks>
public abstract record Filter
{
    private protected Filter()
    {
    }

    /// <summary>Reads the wire's filter language; an empty object gives null: no filter.</summary>
    /// <exception cref="StorageException">Unknown operator, ill-typed operand, ...; the message names the field and operator.</exception>
    public static Filter? Parse(JsonElement element) => FilterParser.Parse(element);
}

/// <summary>Every part holds.</summary>
internal sealed record AndFilter(IReadOnlyList<Filter> Parts) : Filter;

/// <summary>Some part holds.</summary>
internal sealed record OrFilter(IReadOnlyList<Filter> Parts) : Filter;

/// <summary>The field is there, or is not.</summary>
internal sealed record ExistsFilter(string Field, bool Exists) : Filter;

/// <summary>The field is there, and the comparison holds or, if negated, does not. Of a list field, some element must compare.</summary>
/// <param name="Field">The metadata field.</param>
/// <param name="Comparison">How values compare; values of different types never do.</param>
/// <param name="Operands">One value, or the list of <see cref="Comparison.In"/>.</param>
/// <param name="Negated">Whether the comparison must fail.</param>
internal sealed record ComparisonFilter(string Field, Comparison Comparison, IReadOnlyList<FilterValue> Operands, bool Negated) : Filter;

internal enum Comparison
{
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    In,
}

/// <summary>An operand: a string, a number or a boolean.</summary>
internal readonly record struct FilterValue
{
    public FilterValue(string text) => Text = text;

    public FilterValue(double number) => Number = number;

    public FilterValue(bool flag) => Flag = flag;

    public string? Text { get; }

    public double? Number { get; }

    public bool? Flag { get; }
}
