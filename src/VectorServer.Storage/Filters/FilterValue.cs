using VectorServer.Storage.Model;

namespace VectorServer.Storage.Filters;

/// <summary>An operand of a filter.</summary>
internal readonly record struct FilterValue
{
    private FilterValue(FilterValueKind kind, string json, string text, double number) => (Kind, Json, Text, Number) = (kind, json, text, number);

    public FilterValueKind Kind { get; }

    /// <summary>The value as canonical JSON: equal to the stored text of exactly the equal values.</summary>
    public string Json { get; }

    /// <summary>The string of a <see cref="FilterValueKind.Text"/>, else empty.</summary>
    public string Text { get; }

    /// <summary>The finite value of a <see cref="FilterValueKind.Number"/>; 1 and 0 for a boolean.</summary>
    public double Number { get; }

    public static FilterValue Of(string text) => new(FilterValueKind.Text, CanonicalJson.Quote(text), text, 0);

    public static FilterValue Of(double number) => new(FilterValueKind.Number, CanonicalJson.Format(number), "", number);

    public static FilterValue Of(bool value) => new(FilterValueKind.Boolean, value ? "true" : "false", "", value ? 1 : 0);
}
