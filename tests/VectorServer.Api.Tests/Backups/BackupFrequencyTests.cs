using System.Globalization;
using VectorServer.Api.Backups;

namespace VectorServer.Api.Tests.Backups;

public sealed class BackupFrequencyTests
{
    [Theory]
    [InlineData("daily", "2026-01-31 03:00", "2026-01-31 03:00", "2026-02-01 03:00")]
    [InlineData("daily", "2026-01-31 03:00", "2026-02-03 02:59", "2026-02-03 03:00")]
    [InlineData("daily", "2026-01-31 03:00", "2026-02-03 03:00", "2026-02-04 03:00")]
    [InlineData("weekly", "2026-01-31 03:00", "2026-01-31 03:00", "2026-02-07 03:00")]
    [InlineData("weekly", "2026-01-31 03:00", "2026-02-20 03:00", "2026-02-21 03:00")]
    [InlineData("monthly", "2026-01-31 03:00", "2026-01-31 03:00", "2026-02-28 03:00")]
    [InlineData("monthly", "2026-01-31 03:00", "2026-02-28 02:59", "2026-02-28 03:00")]
    [InlineData("monthly", "2026-01-31 03:00", "2026-02-28 03:00", "2026-03-31 03:00")]
    [InlineData("monthly", "2026-01-31 03:00", "2027-12-31 04:00", "2028-01-31 03:00")]
    public void The_next_run_is_the_first_after_a_time_counted_from_the_anchor(string name, string anchor, string after, string expected)
    {
        Assert.True(BackupFrequencies.TryParse(name, out var frequency));

        Assert.Equal(Time(expected), frequency.Next(Time(anchor), Time(after)));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
