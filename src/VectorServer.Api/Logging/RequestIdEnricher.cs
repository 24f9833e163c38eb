using Serilog.Core;
using Serilog.Events;

namespace VectorServer.Api.Logging;

/// <summary>Gives each line that is written during a request the ids of the request.</summary>
/// <param name="traceIdName">What the trace id is called: in templates <c>{TraceId}</c> is Serilog's own, which only a span has.</param>
internal sealed class RequestIdEnricher(string traceIdName) : ILogEventEnricher
{
    public const string RequestId = "RequestId";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (RequestIds.Current is not { } ids)
            return;
        logEvent.AddOrUpdateProperty(new LogEventProperty(RequestId, new ScalarValue(ids.RequestId)));
        logEvent.AddOrUpdateProperty(new LogEventProperty(traceIdName, new ScalarValue(ids.TraceId)));
    }
}
