using VectorServer.Api.Auth;

namespace VectorServer.Api.Endpoints;

/// <summary>The contract at <c>/openapi.yaml</c> and its pages at <c>/docs</c>; no key needed.</summary>
internal static class DocsEndpoints
{
    private static readonly string ContractPath = Path.Combine(AppContext.BaseDirectory, "openapi.yaml");

    public static void MapDocs(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/openapi.yaml", () => Results.File(ContractPath, "application/yaml")).WithMetadata(PublicEndpoint.Instance);

    /// <summary>Serves the pages; placed before the key check.</summary>
    public static void UseDocs(this IApplicationBuilder app) => app.UseSwaggerUI(ui =>
    {
        ui.RoutePrefix = "docs";
        ui.DocumentTitle = "VectorServer";
        ui.SwaggerEndpoint("/openapi.yaml", "VectorServer");
    });
}
