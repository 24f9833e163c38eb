using VectorServer.Api.Auth;

namespace VectorServer.Api.Endpoints;

/// <summary>Probes for orchestrators; no key needed. The server listens only once its data directory is open, so all three agree.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])["/healthz", "/livez", "/readyz"])
            routes.MapGet(path, () => Results.Text("""{"status":"ok"}""", "application/json")).WithMetadata(PublicEndpoint.Instance);
    }
}
