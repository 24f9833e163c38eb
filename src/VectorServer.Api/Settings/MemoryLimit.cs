using System.Globalization;

namespace VectorServer.Api.Settings;

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

        if (text is [.. var share, '%'])
        {
            limit = int.TryParse(share, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? new MemoryLimit(percent / 100.0, 0) : default;
            return limit.Share is > 0 and <= 1;
        }

        limit = ByteSize.TryParse(text, out var bytes) ? new MemoryLimit(0, bytes) : default;
        return limit.Bytes >= BytesMin;
    }

    /// <summary>The limit in bytes where so much memory is available.</summary>
    public long Of(long availableBytes) => Bytes > 0 ? Bytes : (long)(Share * availableBytes);
}
