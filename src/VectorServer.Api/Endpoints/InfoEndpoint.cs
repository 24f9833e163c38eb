using VectorServer.Api.Auth;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Endpoints;

/// <summary><c>GET /info</c>: what this server is, for people and programs that connect to it. It names no index, path or key.</summary>
internal static class InfoEndpoint
{
    private const string Engine = "embedded";

    public static void MapInfo(this IEndpointRouteBuilder routes, TimeProvider time)
    {
        var started = time.GetTimestamp();
        routes.MapGet("/info", (ServerOptions options) => Results.Json(
            new ServerInfo(
                ServerVersion.Text,
                ApiVersion.Served,
                Engine,
                options.IsOpen ? "off" : "keys",
                options.Addressing.ToString().ToLowerInvariant(),
                Math.Round(time.GetElapsedTime(started).TotalSeconds, 3)),
            ControlJsonContext.Default.ServerInfo))
            .RequireRole(KeyRole.Read, checksIndexes: true) // there is nothing of indexes to check
            .KnowsNoVersion().Gives<ServerInfo>();
    }
}
