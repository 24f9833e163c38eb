using System.Globalization;

namespace VectorServer.Api.Settings;

/// <summary>A number of bytes as settings write it: <c>512m</c>, <c>8g</c>, or digits alone.</summary>
internal static class ByteSize
{
    public static bool TryParse(string text, out long bytes)
    {
        var (digits, unit) = text.ToLowerInvariant() switch
        {
            [.. var before, 'k'] => (before, 1L << 10),
            [.. var before, 'm'] => (before, 1L << 20),
            [.. var before, 'g'] => (before, 1L << 30),
            [.. var before, 't'] => (before, 1L << 40),
            var all => (all, 1L),
        };
        var isSize = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / unit;
        bytes = isSize ? number * unit : 0;
        return isSize;
    }
}
