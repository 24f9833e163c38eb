using System.Buffers;
using System.Globalization;
using System.Text;

namespace VectorServer.Storage.Model;

/// <summary>
/// The one way each metadata value is written as JSON. Two values are equal exactly when their texts are, which filters rely on.
/// </summary>
/// <remarks>
/// Strings escape only what JSON requires, with the short escapes where there are any; everything else is raw UTF-8. Numbers are
/// float64: integers up to 2^53 as digits, all others in the framework's
/// shortest form that reads back the same; -0 is 0.
/// </remarks>
internal static class CanonicalJson
{
    private const double MaxExactInteger = 9_007_199_254_740_992; // 2^53: above it a float64 skips integers

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\n\v\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    /// <summary>A finite number.</summary>
    public static string Format(double number) =>
        number == Math.Floor(number) && Math.Abs(number) <= MaxExactInteger
            ? ((long)number).ToString(CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A string value between quotes.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    public static string Quote(string text) => text.AsSpan().ContainsAny(Escaped) ? Escape(text, "\\\"") : $"\"{text}\"";

    /// <summary>A key between quotes.</summary>
    /// <remarks>
    /// A quote inside a key is written <c>\u0022</c>: older SQLite ends a quoted path step at the first quote, escaped or not,
    /// and compares a key's text as it is written. This spelling every version can address.
    /// </remarks>
    public static string QuoteKey(string key) => key.AsSpan().ContainsAny(Escaped) ? Escape(key, "\\u0022") : $"\"{key}\"";

    private static string Escape(string text, string escapedQuote)
    {
        var json = new StringBuilder(text.Length + 16).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => json.Append(escapedQuote),
                '\\' => json.Append("\\\\"),
                '\b' => json.Append("\\b"),
                '\t' => json.Append("\\t"),
                '\n' => json.Append("\\n"),
                '\f' => json.Append("\\f"),
                '\r' => json.Append("\\r"),
                < ' ' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => json.Append(c),
            };
        }

        return json.Append('"').ToString();
    }
}
