using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Filters;
using Serilog.Formatting.Compact;
using Serilog.Settings.Configuration;
using Serilog.Sinks.SystemConsole.Themes;

namespace VectorServer.Api.Logging;

/// <summary>The server's log: levels from section <c>Serilog</c> of the settings, the console in the form they ask for.</summary>
internal static class ServerLog
{
    private const string Start = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffK} {Level:u3} {Message:lj}";
    private const string End = "{NewLine}{Exception}";

    // Sinks are in the assemblies that "Using" names, as Serilog's own pages have it. A search would load all there are, and keep them open.
    private static readonly ConfigurationReaderOptions NoSearch = new(typeof(ConsoleLoggerConfigurationExtensions).Assembly);

    private static readonly Func<LogEvent, bool> IsOfHost = Matching.FromSource("Microsoft.Extensions.Hosting");

    public static void AddServerLog(this WebApplicationBuilder builder, bool logsJson)
    {
        builder.Logging.ClearProviders();
        var logger = new LoggerConfiguration()
            .ReadFrom.Configuration(builder.Configuration, NoSearch)
            .Filter.ByExcluding(IsOfCutStart)
            .Enrich.With<OneLineEnricher>()
            .Enrich.With(new RequestIdEnricher(logsJson ? "TraceId" : "Trace")); // behind the other: these are texts of our own
        if (!builder.Configuration.GetSection("Serilog:WriteTo").Exists()) // who names sinks wants those
            WriteToConsole(logger, logsJson);
        builder.Logging.AddSerilog(logger.CreateLogger(), dispose: true);

        // The framework's own logs of requests, which ours replaces: they tell query strings and raw headers, and while the first is on,
        // every request pays for an activity and a logging scope; gRPC's takes every refusal for a failure. What is said for Serilog outranks
        // what is said for all.
        foreach (var category in (string[])["Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Server.Kestrel.BadRequests", "Grpc.AspNetCore"])
        {
            builder.Logging.AddFilter(category, LogLevel.None);
            builder.Logging.AddFilter<SerilogLoggerProvider>(category, LogLevel.None);
        }
    }

    private static void WriteToConsole(LoggerConfiguration logger, bool logsJson)
    {
        if (logsJson)
        {
            logger.WriteTo.Console(new RenderedCompactJsonFormatter());
            return;
        }

        // Colours as part of the text, which is written later than it is made.
        void Write(Func<LogEvent, bool> isWritten, string template) => logger.WriteTo.Conditional(
            isWritten, to => to.Console(outputTemplate: template, formatProvider: CultureInfo.InvariantCulture, theme: AnsiConsoleTheme.Literate));
        Write(IsOfRequest, Start + " [{RequestId} {Trace}]" + End);
        Write(entry => !IsOfRequest(entry), Start + End);
    }

    private static bool IsOfRequest(LogEvent entry) => entry.Properties.ContainsKey(RequestIdEnricher.RequestId);

    /// <summary>The host's stack traces of a start that fails, of which Program says a line, or that is cut off by a stop.</summary>
    private static bool IsOfCutStart(LogEvent entry) =>
        entry.MessageTemplate.Text == "Hosting failed to start" || (entry.Exception is OperationCanceledException && IsOfHost(entry));
}
