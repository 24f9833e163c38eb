using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Backups;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Endpoints;

/// <summary>How the making of indexes from backups stands. What is made from collections is not told here.</summary>
internal static class RestoreJobEndpoints
{
    public static void MapRestoreJobs(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/restore-jobs").RequireRole(KeyRole.Admin, checksIndexes: true);
        group.MapGet("", List).Pages().Gives<RestoreJobList>();
        group.MapGet("/{job_id}", Describe).Gives<RestoreJobModel>();
    }

    private static IResult List(HttpContext context, RestoreJobs jobs)
    {
        var family = context.Target().Family;
        var (page, pagination) = NewestFirst.Page(
            jobs.List().Where(job => !Backup.IsCollectionId(job.BackupId) && context.Key().Covers(job.Target.Name)),
            job => (job.CreatedAt, job.Id),
            QueryParameters.ControlPage(context.Request.Query, family),
            "restore jobs");
        return Results.Json(
            new RestoreJobList([.. page.Select(job => job.ToModel(family))], pagination), ControlJsonContext.Default.RestoreJobList);
    }

    private static IResult Describe(HttpContext context, string job_id, RestoreJobs jobs)
    {
        var job = jobs.Get(job_id);
        return context.Key().Covers(job.Target.Name)
            ? Results.Json(job.ToModel(context.Target().Family), ControlJsonContext.Default.RestoreJobModel)
            : throw RestoreJobs.NotFound(job_id);
    }
}
