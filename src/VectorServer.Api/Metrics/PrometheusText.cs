using System.Globalization;
using System.Text;

namespace VectorServer.Api.Metrics;

/// <summary>Writes Prometheus's text format, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    public void Write(MetricRecord record)
    {
        var metric = record.Metric;
        WriteHead(metric.Name, metric.Kind, metric.Help);
        var labelNames = metric.Tags.Select(tag => tag.Replace('.', '_')).ToArray();
        foreach (var (values, series) in record.Series)
        {
            (string, string)[] labels = [.. labelNames.Select((name, position) => (name, values[position])).Where(label => label.Item2.Length > 0)];
            var (counts, sum) = series.Read();
            if (metric.Kind == MetricKind.Histogram)
                WriteHistogram(metric.Name, counts, sum, labels);
            else
                WriteSample(metric.Name, sum, labels);
        }

        // What has not been counted yet is 0, so that a rate can be taken of it from its first time on.
        if (record.Series.IsEmpty && labelNames.Length == 0)
        {
            if (metric.Kind == MetricKind.Histogram)
                WriteHistogram(metric.Name, new long[ExportedMetric.SecondsBounds.Length + 1], 0, []);
            else
                WriteSample(metric.Name, 0);
        }
    }

    /// <summary>Begins a metric; its samples follow.</summary>
    public void WriteHead(string name, MetricKind kind, string help)
    {
        var type = kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Gauge => "gauge",
            _ => "histogram",
        };
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
    }

    public void WriteSample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value)).Append('"');
        _text.Append(labels.Length == 0 ? " " : "} ").Append(Number(value)).Append('\n');
    }

    /// <summary>A gauge without labels.</summary>
    public void WriteGauge(string name, string help, double value)
    {
        WriteHead(name, MetricKind.Gauge, help);
        WriteSample(name, value);
    }

    public override string ToString() => _text.ToString();

    private void WriteHistogram(string name, long[] counts, double sum, (string Name, string Value)[] labels)
    {
        var count = 0L;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            count += counts[bucket];
            var bound = bucket < ExportedMetric.SecondsBounds.Length ? Number(ExportedMetric.SecondsBounds[bucket]) : "+Inf";
            WriteSample($"{name}_bucket", count, [.. labels, ("le", bound)]);
        }

        WriteSample($"{name}_sum", sum, labels);
        WriteSample($"{name}_count", count, labels);
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
