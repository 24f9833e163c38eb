using VectorServer.Api.Backups;
using VectorServer.Api.Indexes;
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
        routes.MapGet("/indexes/{index_name}/backup-schedules", List);
        routes.MapPost("/indexes/{index_name}/backup-schedules", CreateAsync);
        routes.MapGet("/backup-schedules/{schedule_id}", Describe);
        routes.MapPatch("/backup-schedules/{schedule_id}", UpdateAsync);
        routes.MapDelete("/backup-schedules/{schedule_id}", Delete);
        routes.MapGet("/backup-schedules/{schedule_id}/history", ListHistory);
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

    private static IResult Describe(string schedule_id, BackupSchedules schedules) => Show(schedules.Get(schedule_id));

    private static async Task<IResult> UpdateAsync(HttpContext context, string schedule_id, BackupSchedules schedules, BackupScheduler scheduler)
    {
        var request = await context.ReadBodyAsync(ControlJsonContext.Default.UpdateBackupScheduleRequest);
        BackupRules.Check(request);
        var frequency = request.Frequency is null ? (BackupFrequency?)null : BackupRules.ParseFrequency(request.Frequency);
        var (schedule, isResumed) = schedules.Update(schedule_id, frequency, request.Retention?.ExpireAfterDays, request.Enabled);
        if (!isResumed)
            return Show(schedule);

        scheduler.Run(schedule);
        return Show(schedules.Get(schedule_id));
    }

    private static IResult Delete(string schedule_id, BackupSchedules schedules)
    {
        schedules.Delete(schedule_id);
        return Results.NoContent();
    }

    private static IResult ListHistory(
        HttpContext context, string schedule_id, IndexCatalog indexes, BackupSchedules schedules, BackupCatalog backups)
    {
        var schedule = schedules.Get(schedule_id);
        var items = backups.List()
            .Where(backup => backup.Attributes.ScheduleId == schedule.Id)
            .Select(BackupScheduleMapping.ToHistoryItem);
        if (schedule.NextRun is not null)
            items = items.Append(schedule.ToComingItem(indexes.Get(schedule.IndexName).Descriptor));

        var (page, pagination) = NewestFirst.Page(items, item => (item.CreatedAt, item.BackupId), PageOf(context), "backup history", schedule.Id);
        return Results.Json(new BackupScheduleHistoryList(page, pagination), ControlJsonContext.Default.BackupScheduleHistoryList);
    }

    private static PageRequest PageOf(HttpContext context) => QueryParameters.ControlPage(context.Request.Query, ApiFamily.Schema);

    private static IResult Show(BackupSchedule schedule) => Results.Json(schedule.ToModel(), ControlJsonContext.Default.BackupScheduleModel);
}
