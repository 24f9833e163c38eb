using System.Globalization;
using VectorServer.Api.Errors;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>
/// Looks every minute which schedules are due and which of their backups have expired. Runs missed while the server was down are made
/// up for once.
/// </summary>
internal sealed partial class BackupScheduler(
    VectorEngine engine, BackupSchedules schedules, BackupCatalog backups, TimeProvider time, ILogger<BackupScheduler> logger) : BackgroundService
{
    // Looking again costs little, and does not depend on what the clock did meanwhile.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>Begins a backup of the schedule's index now.</summary>
    public void Run(BackupSchedule schedule)
    {
        if (!engine.TryGetIndex(schedule.IndexName, out var index) || index.Descriptor.Id != schedule.IndexId)
        {
            schedules.Delete(schedule.Id); // a stop came between the deletion of the index and that of its schedules
            return;
        }

        // The id was chosen before: a stop between these two steps does not make the run's backup twice.
        if (backups.Find(schedule.NextBackupId) is null or { Status: BackupStatus.InitializationFailed })
        {
            var attributes = new BackupAttributes { Name = NameOf(schedule, time.GetUtcNow()), ScheduleId = schedule.Id };
            LogDue(logger, schedule.Name, schedule.IndexName, schedule.NextBackupId);
            backups.Begin(index, schedule.NextBackupId, attributes);
        }

        schedules.Advance(schedule.Id);
    }

    /// <summary>The name of a run's backup.</summary>
    public static string NameOf(BackupSchedule schedule, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{schedule.Name}-{at.UtcDateTime:yyyyMMdd-HHmmss}");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
                Try("every schedule", Look);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server stops
        }
    }

    private void Look()
    {
        var all = schedules.All().ToList();
        foreach (var schedule in all.Where(schedule => schedule.NextRun <= time.GetUtcNow()))
            Try(schedule.Name, () => Run(schedule));
        if (all.Count == 0)
            return;

        var made = backups.List().Where(backup => backup.Attributes.ScheduleId is not null).ToLookup(backup => backup.Attributes.ScheduleId!);
        foreach (var schedule in all)
            Try(schedule.Name, () => Expire(schedule, [.. made[schedule.Id]]));
    }

    private void Expire(BackupSchedule schedule, IReadOnlyCollection<Backup> made)
    {
        if (schedule.IsDeleted && made.Count == 0)
            schedules.Forget(schedule.Id);
        foreach (var backup in made.Where(backup => backup.Status != BackupStatus.Initializing && schedule.HasExpired(backup, time.GetUtcNow())))
        {
            try
            {
                backups.Delete(backup.Id);
                LogExpired(logger, backup.Id, schedule.Name);
            }
            catch (WireException exception) when (exception.Error == WireError.FailedPrecondition || exception.Error == WireError.NotFound)
            {
                // being restored: it expires when that is over; or a client was faster
            }
        }
    }

    /// <summary>What goes wrong with one schedule, a full disk perhaps, must not end the others; it is tried again at the next look.</summary>
    private void Try(string schedule, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            LogFailed(logger, schedule, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Backup schedule {Schedule} of index {Index} is due and begins backup {Backup}")]
    private static partial void LogDue(ILogger logger, string schedule, string index, string backup);

    [LoggerMessage(Level = LogLevel.Information, Message = "Backup {Backup} of schedule {Schedule} has expired and is deleted")]
    private static partial void LogExpired(ILogger logger, string backup, string schedule);

    [LoggerMessage(Level = LogLevel.Error, Message = "Backup schedule could not be followed: {Schedule}")]
    private static partial void LogFailed(ILogger logger, string schedule, Exception exception);
}
