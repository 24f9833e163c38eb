using System.Threading.RateLimiting;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Endpoints;

/// <summary>The contract at <c>/openapi.yaml</c> and its pages at <c>/docs</c>; no key needed.</summary>
internal static class DocsEndpoints
{
    // A page's files are in memory whole until the client has taken them, and anyone may ask for them.
    private static readonly ConcurrencyLimiter Places = new(new ConcurrencyLimiterOptions { PermitLimit = 8, QueueLimit = 32 });

    private static readonly string ContractPath = Path.Combine(AppContext.BaseDirectory, "openapi.yaml");

    public static void MapDocs(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/openapi.yaml", () => Results.File(ContractPath, "application/yaml")).WithMetadata(PublicEndpoint.Instance);

    /// <summary>Serves the pages; placed before the key check.</summary>
    public static void UseDocs(this IApplicationBuilder app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments("/docs"),
        docs =>
        {
            docs.Use(WaitForPlaceAsync);
            docs.UseSwaggerUI(ui =>
            {
                ui.RoutePrefix = "docs";
                ui.DocumentTitle = "VectorServer";
                ui.SwaggerEndpoint("/openapi.yaml", "VectorServer");
            });
        });

    private static async Task WaitForPlaceAsync(HttpContext context, RequestDelegate next)
    {
        using var place = await Places.AcquireAsync(1, context.RequestAborted);
        if (place.IsAcquired)
            await next(context);
        else
            await RetryLater.WriteAsync(context, "The server is busy", TimeSpan.FromSeconds(1));
    }
}
