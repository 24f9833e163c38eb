namespace VectorServer.Api.Auth;

/// <summary>
/// The keys of the settings and of the keys file. The file is looked at again as requests come, so that keys are added, taken away and
/// exchanged without a restart; one that cannot be used is not taken. Thread-safe.
/// </summary>
internal sealed partial class AccessKeys(ServerOptions options, TimeProvider time, ILogger<AccessKeys> logger)
{
    // How long a removed key may still be good.
    internal static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _looking = new();
    private volatile KeyRing _ring = new(options.ApiKeys, []);
    private byte[] _bytes = [];
    private string? _complaint;
    private long _lookedAt;

    /// <summary>Reads the keys file, where there is one.</summary>
    /// <exception cref="SettingsException">It cannot be used.</exception>
    public void Load()
    {
        if (options.KeysFile is null)
            return;

        Take(KeysFile.Read(options.KeysFile));
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Whose key was sent; null where it is nobody's.</summary>
    public AccessKey? Find(string? sent)
    {
        if (options.IsOpen)
            return AccessKey.Anyone;

        LookAgain();
        return _ring.Find(sent);
    }

    private void LookAgain()
    {
        // One request looks; those beside it go on with what there is.
        if (options.KeysFile is not { } path || time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) < LookAgainAfter || !_looking.TryEnter())
            return;

        try
        {
            Interlocked.Exchange(ref _lookedAt, time.GetTimestamp());
            var bytes = KeysFile.Read(path);
            if (!bytes.AsSpan().SequenceEqual(_bytes))
                Take(bytes);
            _complaint = null;
        }
        catch (SettingsException exception)
        {
            if (_complaint != exception.Message)
                LogKept(logger, exception.Message);
            _complaint = exception.Message;
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Take(byte[] bytes)
    {
        var stored = KeysFile.Parse(bytes);
        (_ring, _bytes) = (new KeyRing(options.ApiKeys, stored), bytes);
        LogTaken(logger, stored.Count, options.KeysFile!);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} keys were read from {Path}")]
    private static partial void LogTaken(ILogger logger, int count, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "The keys file is not taken, and the earlier keys are kept. {Message}")]
    private static partial void LogKept(ILogger logger, string message);
}
