using VectorServer.Api.Auth;
using VectorServer.Api.Bulk;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Operations;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>Our own counterpart of imports: an index as files that an import reads.</summary>
internal static class ExportEndpoints
{
    public static RouteGroupBuilder MapExports(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/bulk/exports").RequireRole(KeyRole.Read);
        group.MapGet("", ListAsync).Pages().Gives<ListExportsResponse>();
        group.MapPost("", StartAsync).RequireRole(KeyRole.Write).Takes<StartExportRequest>().Gives<StartImportResponse>();
        group.MapGet("/{id}", DescribeAsync).Gives<ExportModel>();
        group.MapDelete("/{id}", CancelAsync).RequireRole(KeyRole.Write).Gives<EmptyAnswer>();
        return group;
    }

    private static Task ListAsync(HttpContext context)
    {
        var (jobs, pagination) = context.ListJobs(BulkKind.Export);
        return context.AnswerAsync(new ListExportsResponse([.. jobs.Select(job => job.ToExport())], pagination));
    }

    private static async Task StartAsync(HttpContext context)
    {
        var job = context.StartExport(await context.ReadBodyAsync(DataJson.Type<StartExportRequest>()));
        await context.AnswerAsync(new StartImportResponse(job.ToId()));
    }

    private static Task DescribeAsync(HttpContext context) => context.AnswerAsync(context.GetJob(BulkKind.Export).ToExport());

    private static Task CancelAsync(HttpContext context)
    {
        context.CancelJob(BulkKind.Export);
        return context.AnswerEmptyAsync();
    }
}
