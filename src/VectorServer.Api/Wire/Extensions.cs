namespace VectorServer.Api.Wire;

/// <summary>What a request asks for beyond the protocol, in the header <c>x-vectorserver-extensions</c>: words separated by commas.</summary>
internal static class Extensions
{
    /// <summary>How each namespace is stored, in statistics.</summary>
    public const string Storage = "storage";

    /// <summary>How a query was answered.</summary>
    public const string Explain = "explain";

    public const string Header = "x-vectorserver-extensions";

    public static bool AsksFor(this HttpContext context, string extension) =>
        context.Request.Headers.TryGetValue(Header, out var values)
        && values.Any(value => value!.Split(',', StringSplitOptions.TrimEntries).Contains(extension, StringComparer.OrdinalIgnoreCase));
}
