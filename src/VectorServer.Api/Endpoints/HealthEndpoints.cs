using System.Text.Json;
using VectorServer.Api.Auth;
using VectorServer.Api.OpenApi;
using VectorServer.Storage;

namespace VectorServer.Api.Endpoints;

/// <summary>
/// Probes for orchestrators; no key needed. The server listens only once its data directory is open, so whoever is answered is served:
/// a namespace that is damaged, or made by a newer version, makes <c>/readyz</c> say <c>degraded</c>, with status 200, since the others go on
/// taking traffic.
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
    private static IResult Ready(IStorageEngine engine, ServerOptions options)
    {
        var notServed = engine.Damage.Current;
        if (notServed.Count == 0)
            return Results.Text("""{"status":"ok"}""", "application/json");

        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("status", "degraded");
            Write(writer, "damaged", [.. notServed.Where(report => !report.IsNewer)], options);
            Write(writer, "newer_format", [.. notServed.Where(report => report.IsNewer)], options);
            writer.WriteEndObject();
        }

        return Results.Bytes(json.ToArray(), "application/json");
    }

    private static void Write(Utf8JsonWriter writer, string name, List<DamageReport> reports, ServerOptions options)
    {
        if (reports.Count == 0)
            return;
        writer.WriteNumber($"{name}_count", reports.Count);
        if (!options.IsOpen)
            return;
        writer.WriteStartArray(name);
        foreach (var report in reports)
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
}
