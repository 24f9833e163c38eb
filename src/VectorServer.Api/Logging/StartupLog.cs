namespace VectorServer.Api.Logging;

/// <summary>What an operator is warned of when the server starts.</summary>
internal static partial class StartupLog
{
    public static void Write(ILogger logger, ServerOptions options)
    {
        if (options.IsOpen)
            LogOpen(logger, options.BindAddress, ServerSettings.ApiKeys.Environment);
        if (options.Addressing == AddressingMode.Path)
            LogPath(logger, ServerSettings.Addressing.Environment);
        if (options.ConsistencyDelay > TimeSpan.Zero)
            LogDelay(logger, options.ConsistencyDelay.TotalMilliseconds, ServerSettings.ConsistencyDelay.Environment);
        if (options.Faults.Count > 0)
            LogFaults(logger, options.FaultSeed, ServerSettings.Faults.Environment);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Asked to stop: requests and jobs are ended, and the data directory is closed")]
    public static partial void LogStopping(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "NO API KEYS ARE SET: everyone who reaches {BindAddress} can read, change and delete all data. Set {Variable} to ask for keys")]
    private static partial void LogOpen(ILogger logger, string bindAddress, string variable);

    [LoggerMessage(Level = LogLevel.Information, Message =
        "Indexes are addressed by path, which REST clients can use. gRPC clients cannot: they need {Variable}=port or subdomain")]
    private static partial void LogPath(ILogger logger, string variable);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reads see writes {DelayMs} ms late, as {Variable} asks")]
    private static partial void LogDelay(ILogger logger, double delayMs, string variable);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Requests fail on purpose, with seed {Seed}, as {Variable} asks")]
    private static partial void LogFaults(ILogger logger, int seed, string variable);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning:l}")]
    public static partial void LogUnknownSetting(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "Engine: {Message}")]
    public static partial void LogEngine(ILogger logger, string message);
}
