using System.Runtime.CompilerServices;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http.Features;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using VectorServer.Api.Addressing;

namespace VectorServer.Api.Metrics;

/// <summary>
/// Metrics and traces by OTLP, to the receiver that OpenTelemetry's own variables name (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and those beside it).
/// Without one, nothing listens: spans are not made and cost nothing.
/// </summary>
internal static class OtlpExport
{
    private const string ServiceName = "vectorserver"; // and the system of the conventions for databases

    public static void AddOtlpExport(this WebApplicationBuilder builder)
    {
        var (metrics, traces) = (IsAsked(builder.Configuration, "METRICS"), IsAsked(builder.Configuration, "TRACES"));
        if (metrics || traces)
            Add(builder.Services, metrics, traces); // a method of its own: without a receiver the libraries are not even loaded
    }

    /// <summary>Tells spans of requests which index and which operation they are of; after routing.</summary>
    public static void UseSpanTags(this WebApplication app)
    {
        if (IsAsked(app.Configuration, "TRACES"))
            app.Use(TagAsync);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add(IServiceCollection services, bool metrics, bool traces)
    {
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.Clear()
            .AddService(ServiceName, serviceVersion: ServerVersion.Text)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector()); // the last one wins
        if (metrics)
            telemetry.WithMetrics(of => of.AddMeter([.. ExportedMetric.All.Select(metric => metric.Meter).Distinct(), "System.Runtime"]).AddOtlpExporter());
        if (traces)
            telemetry.WithTracing(of => of.AddSource("Microsoft.AspNetCore").AddOtlpExporter());
    }

    private static Task TagAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span)
        {
            span.SetTag("db.system.name", ServiceName);
            if (context.Target().IndexName is { } index)
                span.SetTag("db.collection.name", index);
            if (OperationOf(context.GetEndpoint()) is { } operation)
                span.SetTag("db.operation.name", operation);
        }

        return next(context);
    }

    /// <summary>The method of a gRPC call, the route of a REST request.</summary>
    private static string? OperationOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Name ?? (endpoint as RouteEndpoint)?.RoutePattern.RawText;

    private static bool IsAsked(IConfiguration configuration, string signal) =>
        !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])
        || !string.IsNullOrEmpty(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]);
}
