using Serilog.Core;
using Serilog.Events;

namespace VectorServer.Api.Logging;

/// <summary>Gives each line that is written during a request the ids of the request.</summary>
internal sealed class RequestIdEnricher : ILogEventEnricher
{
    public const string RequestId = "RequestId";
    public const string TraceId = "TraceId";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (RequestIds.Current is not { } ids)
            return;
        logEvent.AddOrUpdateProperty(new LogEventProperty(RequestId, new ScalarValue(ids.RequestId)));
        logEvent.AddOrUpdateProperty(new LogEventProperty(TraceId, new ScalarValue(ids.TraceId)));
    }
}
