namespace VectorServer.Api.Backups;

/// <summary>How often a schedule runs; the names are stored on disk and are the wire's, in lower case.</summary>
internal enum BackupFrequency
{
    Daily,
    Weekly,
    Monthly,
}

internal static class BackupFrequencies
{
    public const string All = "daily, weekly, monthly";

    public static string ToWire(this BackupFrequency frequency) => frequency.ToString().ToLowerInvariant();

    public static bool TryParse(string name, out BackupFrequency frequency)
    {
        frequency = name switch
        {
            "weekly" => BackupFrequency.Weekly,
            "monthly" => BackupFrequency.Monthly,
            _ => BackupFrequency.Daily,
        };
        return frequency.ToWire() == name;
    }

    /// <summary>The first run after a time. Months are counted from the anchor, so that one begun on the 31st comes back to it.</summary>
    /// <param name="frequency">How often.</param>
    /// <param name="anchor">Where the counting begins; no run itself.</param>
    /// <param name="after">Not before the anchor.</param>
    public static DateTimeOffset Next(this BackupFrequency frequency, DateTimeOffset anchor, DateTimeOffset after)
    {
        if (frequency == BackupFrequency.Monthly)
        {
            var months = ((after.Year - anchor.Year) * 12) + after.Month - anchor.Month;
            var next = anchor.AddMonths(months);
            return months > 0 && next > after ? next : anchor.AddMonths(months + 1);
        }

        var period = TimeSpan.FromDays(frequency == BackupFrequency.Weekly ? 7 : 1);
        return anchor + (period * (((after - anchor).Ticks / period.Ticks) + 1));
    }
}
