using System.Text.Json;

namespace VectorServer.Api.Audit;

/// <summary>Who did what to the control plane, and who was refused: a file of JSON lines where one is set, else the server's log. Thread-safe.</summary>
internal sealed partial class AuditLog(ServerOptions options, ILogger<AuditLog> logger)
{
    private readonly Lock _lock = new();
    private bool _isFailing;

    /// <summary>Finds out at the start whether the file can be written.</summary>
    /// <exception cref="SettingsException">It cannot.</exception>
    public void Open()
    {
        if (options.AuditLog is not { } path)
            return;

        try
        {
            Append(path, []);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw SettingReader.Bad(ServerSettings.AuditLog, path, $"a file that can be written ({exception.Message})");
        }
    }

    public void Write(AuditEntry entry)
    {
        if (options.AuditLog is not { } path)
        {
            LogEntry(
                logger, entry.Refusal is null ? LogLevel.Information : LogLevel.Warning, entry.Key ?? "-", entry.Role ?? "-", entry.Method,
                entry.Route ?? "-", entry.Index ?? "-", entry.Status, entry.Address, entry.Refusal ?? "-");
            return;
        }

        lock (_lock)
        {
            try
            {
                Append(path, [.. JsonSerializer.SerializeToUtf8Bytes(entry, AuditJsonContext.Default.AuditEntry), (byte)'\n']);
                _isFailing = false;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The operation is done; what can still be done is to say so, once.
                if (!_isFailing)
                    LogFailed(logger, exception);
                _isFailing = true;
            }
        }
    }

    // Opened for each line: whoever rotates logs may move the file away at any time.
    private static void Append(string path, byte[] line)
    {
        var file = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        using var stream = new FileStream(path, file);
        stream.Write(line);
    }

    [LoggerMessage(Message = "Audit: key {Key:l} ({Role:l}) {Method:l} {Route:l} {Index:l} {Status} from {Address:l}: {Refusal:l}")]
    private static partial void LogEntry(
        ILogger logger, LogLevel level, string key, string role, string method, string route, string index, int status, string address, string refusal);

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit log cannot be written")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
