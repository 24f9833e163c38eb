using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Bulk;
using VectorServer.Api.Limits;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Operations;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>Bulk imports from directories of the server.</summary>
internal static class ImportEndpoints
{
    public static RouteGroupBuilder MapImports(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/bulk/imports").RequireRole(KeyRole.Read);
        group.MapGet("", ListAsync).Pages().Gives<ListImportsResponse>();
        group.MapPost("", StartAsync).RequireRole(KeyRole.Write).GrowsMemory().Takes<StartImportRequest>().Gives<StartImportResponse>();
        group.MapGet("/{id}", DescribeAsync).Gives<ImportModel>();
        group.MapDelete("/{id}", CancelAsync).RequireRole(KeyRole.Write).Gives<EmptyAnswer>();
        return group;
    }

    private static Task ListAsync(HttpContext context)
    {
        var (jobs, pagination) = context.ListJobs(BulkKind.Import);
        var family = context.Target().Family;
        return context.AnswerAsync(new ListImportsResponse([.. jobs.Select(job => job.ToImport(family))], pagination));
    }

    private static async Task StartAsync(HttpContext context)
    {
        var job = context.StartImport(await context.ReadBodyAsync(DataJson.Type<StartImportRequest>()));
        await context.AnswerAsync(new StartImportResponse(job.ToId()));
    }

    private static Task DescribeAsync(HttpContext context) =>
        context.AnswerAsync(context.GetJob(BulkKind.Import).ToImport(context.Target().Family));

    private static Task CancelAsync(HttpContext context)
    {
        context.CancelJob(BulkKind.Import);
        return context.AnswerEmptyAsync();
    }
}
