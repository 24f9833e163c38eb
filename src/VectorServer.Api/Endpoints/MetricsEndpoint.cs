using VectorServer.Api.Auth;
using VectorServer.Api.Metrics;
using VectorServer.Api.OpenApi;

namespace VectorServer.Api.Endpoints;

/// <summary><c>GET /metrics</c> for Prometheus: any key for all indexes, or none where the settings say so.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes, ServerOptions options)
    {
        var endpoint = routes.MapGet("/metrics", Show).RequireRole(KeyRole.Read).WithMetadata(BearerEndpoint.Instance)
            .KnowsNoVersion().Gives<string>(contentType: "text/plain");
        if (options.MetricsOpen)
            endpoint.WithMetadata(PublicEndpoint.Instance);
    }

    private static IResult Show(MetricRecorder recorder, ServerGauges gauges)
    {
        var text = new PrometheusText();
        foreach (var record in recorder.Metrics)
            text.Write(record);
        gauges.Write(text);
        return Results.Text(text.ToString(), PrometheusText.ContentType);
    }
}
