using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace VectorServer.Api.Metrics;

/// <summary>Listens to the instruments of <see cref="ExportedMetric.All"/> and adds up what they measure.</summary>
internal sealed class MetricRecorder : IDisposable
{
    // Routes and statuses are few; a fault that made labels of what clients send must not take the memory.
    private const int SeriesMax = 2_000;

    private static readonly string[] SmallNumbers = [.. Enumerable.Range(0, 600).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    private readonly IMeterFactory _factory;
    private readonly MeterListener _listener = new();

    public MetricRecorder(IMeterFactory factory)
    {
        _factory = factory;
        _listener.InstrumentPublished = Listen;
        _listener.SetMeasurementEventCallback<double>(Record);
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => Record(instrument, value, tags, state));
    }

    /// <summary>Every metric with what was measured of it so far, in the table's order.</summary>
    public IReadOnlyList<MetricRecord> Metrics { get; } = [.. ExportedMetric.All.Select(metric => new MetricRecord(metric))];

    /// <summary>From here on measurements count.</summary>
    public void Start() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    // The framework's meters are one each per host, the engine's one in the process.
    private void Listen(Instrument instrument, MeterListener listener)
    {
        var record = Metrics.FirstOrDefault(record => record.Metric.Instrument == instrument.Name && record.Metric.Meter == instrument.Meter.Name);
        if (record is not null && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, _factory)))
            listener.EnableMeasurementEvents(instrument, record);
    }

    private static void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var record = (MetricRecord)state!;
        var names = record.Metric.Tags;
        var labels = new LabelValues(Find(tags, names, 0), Find(tags, names, 1), Find(tags, names, 2), Find(tags, names, 3));
        if (!record.Series.TryGetValue(labels, out var series))
        {
            if (record.Series.Count >= SeriesMax)
                return;
            series = record.Series.GetOrAdd(labels, static (_, metric) => new MetricSeries(metric.Kind == MetricKind.Histogram ? ExportedMetric.SecondsBounds : []), record.Metric);
        }

        series.Add(value);
    }

    private static string Find(ReadOnlySpan<KeyValuePair<string, object?>> tags, string[] names, int position)
    {
        if (position >= names.Length)
            return "";
        foreach (var (name, value) in tags)
        {
            if (name == names[position])
                return value is int number && (uint)number < SmallNumbers.Length ? SmallNumbers[number] : value?.ToString() ?? "";
        }

        return "";
    }
}

/// <summary>A metric and its series by their labels.</summary>
internal sealed record MetricRecord(ExportedMetric Metric)
{
    public ConcurrentDictionary<LabelValues, MetricSeries> Series { get; } = new();
}
