using System.Globalization;

namespace VectorServer.Api.Limits;

/// <summary>A memory limit as settings write it: a share of what there is, a number of bytes, or none (both 0).</summary>
internal readonly record struct MemoryLimit(double Share, long Bytes)
{
    public const string Rule = "off, a share such as 90%, or a size such as 512m or 8g, at least 64m";

    private const long BytesMin = 64L << 20;

    public bool IsOff => Share == 0 && Bytes == 0;

    public static bool TryParse(string text, out MemoryLimit limit)
    {
        limit = default;
        if (text is "off" or "0")
            return true;

        var (digits, unit) = text.ToLowerInvariant() switch
        {
            [.. var before, '%'] => (before, 0L),
            [.. var before, 'k'] => (before, 1L << 10),
            [.. var before, 'm'] => (before, 1L << 20),
            [.. var before, 'g'] => (before, 1L << 30),
            [.. var before, 't'] => (before, 1L << 40),
            var bytes => (bytes, 1L),
        };
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;

        limit = unit == 0 ? new MemoryLimit(number / 100.0, 0) : new MemoryLimit(0, number <= long.MaxValue / unit ? number * unit : 0);
        return limit.Share is > 0 and <= 1 || limit.Bytes >= BytesMin;
    }

    /// <summary>The limit in bytes where so much memory is available.</summary>
    public long Of(long availableBytes) => Bytes > 0 ? Bytes : (long)(Share * availableBytes);
}
