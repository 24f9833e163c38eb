using System.Text.Json;
using VectorServer.Api.Auth;
using VectorServer.Api.OpenApi;
using VectorServer.Storage;

namespace VectorServer.Api.Endpoints;

/// <summary>
/// Probes for orchestrators; no key needed. The server listens only once its data directory is open, so whoever is answered is served:
/// a damaged namespace makes <c>/readyz</c> say <c>degraded</c>, with status 200, since the others go on taking traffic.
/// </summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])["/healthz", "/livez"])
        {
            routes.MapGet(path, () => Results.Text("""{"status":"ok"}""", "application/json"))
                .WithMetadata(PublicEndpoint.Instance).Gives<HealthAnswer>();
        }


        routes.MapGet("/readyz", Ready).WithMetadata(PublicEndpoint.Instance).Gives<ReadinessAnswer>();
    }

    /// <summary>How many there are, for everyone may ask; which, where everyone may see everything. Otherwise <c>/maintenance/verify</c> tells.</summary>
    private static IResult Ready(VectorEngine engine, ServerOptions options)
    {
        var damaged = engine.Damage.Current;
        if (damaged.Count == 0)
            return Results.Text("""{"status":"ok"}""", "application/json");

        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("status", "degraded");
            writer.WriteNumber("damaged_count", damaged.Count);
            if (options.IsOpen)
            {
                writer.WriteStartArray("damaged");
                foreach (var report in damaged)
                {
                    writer.WriteStartObject();
                    writer.WriteString("index", report.Index);
                    if (report.Namespace is { } ns)
                        writer.WriteString("namespace", ns.Length == 0 ? "__default__" : ns);
                    writer.WriteString("reason", report.What);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return Results.Bytes(json.ToArray(), "application/json");
    }
}
