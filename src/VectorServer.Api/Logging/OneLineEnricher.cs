using System.Buffers;
using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;

namespace VectorServer.Api.Logging;

/// <summary>Escapes what would end a line, or steer a terminal, in all texts that a message of the log names: clients choose some of them.</summary>
internal sealed class OneLineEnricher : ILogEventEnricher
{
    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, char.MaxValue).Select(c => (char)c).Where(IsControl)]);

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        List<LogEventProperty>? escaped = null;
        foreach (var (name, value) in logEvent.Properties)
        {
            if (value is ScalarValue { Value: string text } && text.AsSpan().ContainsAny(Controls))
                (escaped ??= []).Add(new LogEventProperty(name, new ScalarValue(Escape(text))));
        }

        escaped?.ForEach(logEvent.AddOrUpdateProperty);
    }

    private static bool IsControl(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    private static string Escape(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (IsControl(c))
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                line.Append(c);
        }

        return line.ToString();
    }
}
