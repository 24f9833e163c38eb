using System.Text.Json;

namespace VectorServer.Storage.Filters;

/// <summary>Reads the wire's filter language into a <see cref="Filter"/>, pushing negation to the leaves on the way.</summary>
internal static class FilterParser
{
    /// <summary>Most levels of <c>$and</c>, <c>$or</c> and <c>$not</c>: SQLite's parser has a stack of 100 entries, and a level takes three.</summary>
    public const int MaxDepth = 16;

    /// <summary>Most conditions of one filter: SQLite refuses expressions deeper than 1,000, and a chain of conditions is as deep as long.</summary>
    public const int MaxConditions = 900;

    /// <summary>Most values of <c>$in</c> and <c>$nin</c>.</summary>
    public const int MaxListValues = 10_000;

    /// <inheritdoc cref="Filter.Parse"/>
    public static Filter? Parse(JsonElement element) => throw new NotImplementedException();
}
