using System.Text.Json;
using VectorServer.Storage.Filters;

namespace VectorServer.Storage;

/// <summary>A metadata filter, parsed once into a tree. Immutable.</summary>
/// <remarks>Negation is pushed to the leaves, so a tree is <see cref="And"/> and <see cref="Or"/> over leaves that name one field.</remarks>
public abstract record Filter
{
    private protected Filter()
    {
    }

    /// <summary>Reads the wire's filter language; an empty object gives null: no filter.</summary>
    /// <exception cref="StorageException">Unknown operator, ill-typed operand, ...; the message names the field and operator.</exception>
    public static Filter? Parse(JsonElement element) => FilterParser.Parse(element);

    /// <summary>All of at least two.</summary>
    internal sealed record And(IReadOnlyList<Filter> Filters) : Filter;

    /// <summary>Any of at least two.</summary>
    internal sealed record Or(IReadOnlyList<Filter> Filters) : Filter;

    /// <summary>The record has the field, and the operator holds for its value; with <paramref name="Negated"/>, exactly the other records match.</summary>
    /// <param name="Field">The metadata key.</param>
    /// <param name="Operator">How the value compares. On a list, equality and membership hold when they do for some element.</param>
    /// <param name="Operands">One, a number for the order operators; any number of strings and numbers for <see cref="FilterOperator.In"/>.</param>
    /// <param name="Negated">Whether the outcome is turned round, so that a record that lacks the field matches.</param>
    internal sealed record Comparison(string Field, FilterOperator Operator, IReadOnlyList<FilterValue> Operands, bool Negated) : Filter;

    /// <summary>The record has the field, or lacks it.</summary>
    internal sealed record Exists(string Field, bool Expected) : Filter;
}
