namespace VectorServer.Api.Metrics;

/// <summary>The values of the labels, in the order of the metric's tags; empty where a measurement lacks one.</summary>
internal readonly record struct LabelValues(string First, string Second, string Third, string Fourth)
{
    public string this[int position] => position switch
    {
        0 => First,
        1 => Second,
        2 => Third,
        _ => Fourth,
    };
}

/// <summary>Measurements of one metric with the same labels, added up. Thread-safe.</summary>
/// <param name="bounds">Of the buckets; none for what is not a histogram.</param>
internal sealed class MetricSeries(double[] bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    public void Add(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        lock (_lock)
        {
            _counts[bucket]++;
            _sum += value;
        }
    }

    /// <summary>How many were in each bucket, the last being without bound, and their sum.</summary>
    public (long[] Counts, double Sum) Read()
    {
        lock (_lock)
            return ([.. _counts], _sum);
    }
}
