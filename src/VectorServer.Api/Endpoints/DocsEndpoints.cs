using VectorServer.Api.Auth;
using VectorServer.Api.Limits;
using VectorServer.Api.OpenApi;

namespace VectorServer.Api.Endpoints;

/// <summary>The contract at <c>/openapi.yaml</c> and its pages at <c>/docs</c>; no key needed.</summary>
internal static class DocsEndpoints
{
    // A page's files are in memory whole until the client has taken them, and anyone may ask for them.
    private const int AnsweredMax = 8;
    private const int WaitingMax = 32;

    private static readonly string ContractPath = Path.Combine(AppContext.BaseDirectory, "openapi.yaml");

    public static void MapDocs(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/openapi.yaml", () => Results.File(ContractPath, "application/yaml")).WithMetadata(PublicEndpoint.Instance);

    /// <summary>Serves the pages; placed before the key check.</summary>
    public static void UseDocs(this IApplicationBuilder app)
    {
        var places = new RequestPlaces(AnsweredMax, WaitingMax);
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/docs"),
            docs => docs.Use(places.RunAsync).UseSwaggerUI(ui =>
            {
                ui.RoutePrefix = "docs";
                ui.DocumentTitle = "VectorServer";
                ui.SwaggerEndpoint("/openapi.yaml", "VectorServer");
                ui.SwaggerEndpoint(FrameworkContract.Path, "Made from the running server");
            }));
    }
}
