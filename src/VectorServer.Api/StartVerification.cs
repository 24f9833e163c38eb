using VectorServer.Storage;

namespace VectorServer.Api;

/// <summary>
/// Where the settings ask for it: compares every file of every index with its checksums once the server serves, so that damage is known,
/// to <c>/readyz</c> and the log, before anyone asks for what is damaged.
/// </summary>
internal sealed partial class StartVerification(IStorageEngine engine, ServerOptions options, ILogger<StartVerification> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.VerifyAtStart)
            return;

        await Task.Yield(); // the start goes on meanwhile
        var (namespaces, damaged, newer) = (0, 0, 0);
        foreach (var index in engine.Indexes)
        {
            try
            {
                if (index.Care is not { } care)
                    continue;
                var reports = await care.VerifyAsync(null, stoppingToken);
                namespaces += reports.Count;
                damaged += reports.Count(report => report.FindingCount > 0);
                newer += reports.Count(report => report.NewerFormat is not null);
            }
            catch (StorageException e)
            {
                LogNotVerified(logger, index.Descriptor.Name, e.Message); // it was deleted, or the server stops
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }

        if (newer > 0)
            LogNewer(logger, newer, namespaces);
        if (damaged > 0)
            LogDamaged(logger, damaged, namespaces);
        else if (newer == 0)
            LogWhole(logger, namespaces);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Verified: all {Namespaces} namespaces are whole")]
    private static partial void LogWhole(ILogger logger, int namespaces);

    [LoggerMessage(Level = LogLevel.Error, Message =
        "Verified: {Newer} of {Namespaces} namespaces were made by a newer version of VectorServer and are not served; nothing of them is damaged")]
    private static partial void LogNewer(ILogger logger, int newer, int namespaces);

    [LoggerMessage(Level = LogLevel.Error, Message = "Verified: {Damaged} of {Namespaces} namespaces are damaged; POST /maintenance/verify says where")]
    private static partial void LogDamaged(ILogger logger, int damaged, int namespaces);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Index '{Index}' could not be verified: {Reason}")]
    private static partial void LogNotVerified(ILogger logger, string index, string reason);
}
