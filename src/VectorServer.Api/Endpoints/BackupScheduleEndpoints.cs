using VectorServer.Api.Auth;
using VectorServer.Api.Backups;
using VectorServer.Api.Indexes;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Control;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations on backup schedules, which came with 2026-07; other versions may use them too.</summary>
internal static class BackupScheduleEndpoints
{
    public static void MapBackupSchedules(this IEndpointRouteBuilder routes)
    {
        var ofIndex = routes.MapGroup("/indexes/{index_name}/backup-schedules").RequireRole(KeyRole.Admin);
        ofIndex.MapGet("", List).Pages().Gives<BackupScheduleList>();
        ofIndex.MapPost("", CreateAsync).Takes<CreateBackupScheduleRequest>().Gives<BackupScheduleModel>();

        var group = routes.MapGroup("/backup-schedules/{schedule_id}").RequireRole(KeyRole.Admin, checksIndexes: true);
        group.MapGet("", Describe).Gives<BackupScheduleModel>();
        group.MapPatch("", UpdateAsync).Takes<UpdateBackupScheduleRequest>().Gives<BackupScheduleModel>();
        group.MapDelete("", Delete).GivesNothing(204);
        group.MapGet("/history", ListHistory).Pages().Gives<BackupScheduleHistoryList>();
    }

    private static IResult List(HttpContext context, string index_name, IndexCatalog indexes, BackupSchedules schedules)
    {
        var id = indexes.Get(index_name).Descriptor.Id;
        var (page, pagination) = NewestFirst.Page(
            schedules.Of(id), schedule => (schedule.CreatedAt, schedule.Id), PageOf(context), "backup schedules", id.ToString());
        return Results.Json(
            new BackupScheduleList([.. page.Select(BackupScheduleMapping.ToModel)], pagination), ControlJsonContext.Default.BackupScheduleList);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, string index_name, IndexCatalog indexes, BackupSchedules schedules)
    {
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.CreateBackupScheduleRequest);
        BackupRules.Check(request);
        var index = indexes.OpenReady(index_name).Descriptor;
        BackupRules.CheckHasBackups(index);

        var frequency = BackupRules.ParseFrequency(request.Schedule.Frequency);
        return Show(schedules.Create(index, request.Name, frequency, request.Retention.ExpireAfterDays));
    }

    private static IResult Describe(HttpContext context, string schedule_id, BackupSchedules schedules) => Show(Get(context, schedules, schedule_id));

    private static async Task<IResult> UpdateAsync(HttpContext context, string schedule_id, BackupSchedules schedules, BackupScheduler scheduler)
    {
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.UpdateBackupScheduleRequest);
        BackupRules.Check(request);
        _ = Get(context, schedules, schedule_id);
        var frequency = request.Frequency is null ? (BackupFrequency?)null : BackupRules.ParseFrequency(request.Frequency);
        var (schedule, isResumed) = schedules.Update(schedule_id, frequency, request.Retention?.ExpireAfterDays, request.Enabled);
        if (!isResumed)
            return Show(schedule);

        scheduler.Run(schedule);
        return Show(schedules.Get(schedule_id));
    }

    private static IResult Delete(HttpContext context, string schedule_id, BackupSchedules schedules)
    {
        _ = Get(context, schedules, schedule_id);
        schedules.Delete(schedule_id);
        return Results.NoContent();
    }

    private static IResult ListHistory(
        HttpContext context, string schedule_id, IndexCatalog indexes, BackupSchedules schedules, BackupCatalog backups)
    {
        var schedule = Get(context, schedules, schedule_id);
        var items = backups.List()
            .Where(backup => backup.Attributes.ScheduleId == schedule.Id)
            .Select(BackupScheduleMapping.ToHistoryItem);
        if (schedule.NextRun is not null)
            items = items.Append(schedule.ToComingItem(indexes.Get(schedule.IndexName).Descriptor));

        var (page, pagination) = NewestFirst.Page(items, item => (item.CreatedAt, item.BackupId), PageOf(context), "backup history", schedule.Id);
        return Results.Json(new BackupScheduleHistoryList(page, pagination), ControlJsonContext.Default.BackupScheduleHistoryList);
    }

    /// <summary>The schedule; one of an index that the key is not for is not there.</summary>
    private static BackupSchedule Get(HttpContext context, BackupSchedules schedules, string id)
    {
        var schedule = schedules.Get(id);
        return context.Key().Covers(schedule.IndexName) ? schedule : throw BackupSchedules.NotFound(id);
    }

    private static PageRequest PageOf(HttpContext context) => QueryParameters.ControlPage(context.Request.Query, ApiFamily.Schema);

    private static IResult Show(BackupSchedule schedule) => Results.Json(schedule.ToModel(), ControlJsonContext.Default.BackupScheduleModel);
}
