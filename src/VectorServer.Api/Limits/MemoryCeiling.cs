using System.Globalization;

namespace VectorServer.Api.Limits;

/// <summary>
/// Tells from the process's memory what may still be done, so that a server that is full refuses work rather than being killed in the middle
/// of it. Looks at most every tenth of a second, when asked. Thread-safe.
/// </summary>
internal sealed partial class MemoryCeiling
{
    internal static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>What a client is told to wait: memory does not come back by itself soon.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    // Garbage counts until it is collected, which the runtime has no reason to do while the machine has room.
    private static readonly TimeSpan CollectAgainAfter = TimeSpan.FromSeconds(10);

    // Of the limit: with the default of 90 % reads go on up to 99 % of the memory.
    private const double ReadShare = 1.1;

    private readonly ProcessMemory _memory;
    private readonly TimeProvider _time;
    private readonly ILogger<MemoryCeiling> _logger;
    private readonly Lock _looking = new();
    private long _lookedAt;
    private long _collectedAt;
    private long _heldBytes;
    private bool _wasFull;

    public MemoryCeiling(ServerOptions options, ProcessMemory memory, TimeProvider time, ILogger<MemoryCeiling> logger)
    {
        (_memory, _time, _logger) = (memory, time, logger);
        LimitBytes = options.Limits.Memory.IsOff ? long.MaxValue : options.Limits.Memory.Of(memory.AvailableBytes());
        _lookedAt = _collectedAt = time.GetTimestamp() - (CollectAgainAfter.Ticks * time.TimestampFrequency / TimeSpan.TicksPerSecond);
    }

    /// <summary><see cref="long.MaxValue"/> for none.</summary>
    public long LimitBytes { get; }

    /// <summary>Nothing may be taken in.</summary>
    public bool IsFull => HeldBytes() > LimitBytes;

    /// <summary>Nothing may be worked out either; only what gives memory back, and the control plane, goes on.</summary>
    public bool IsOverfull => HeldBytes() / ReadShare > LimitBytes;

    /// <summary>What a refused client is told.</summary>
    public string Refusal()
    {
        var (held, limit) = (Volatile.Read(ref _heldBytes) >> 20, LimitBytes >> 20);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The server's memory is full: {held} MiB of the {limit} MiB that its settings allow. Delete records, namespaces or indexes, or give it more");
    }

    /// <summary>Waits until something may be taken in again.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (IsFull)
            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellation);
    }

    private long HeldBytes()
    {
        // One request looks; those beside it go on with what there is.
        if (LimitBytes == long.MaxValue || _time.GetElapsedTime(Volatile.Read(ref _lookedAt)) < LookAgainAfter || !_looking.TryEnter())
            return Volatile.Read(ref _heldBytes);

        try
        {
            var held = _memory.HeldBytes();
            if (held > LimitBytes && _time.GetElapsedTime(_collectedAt) >= CollectAgainAfter)
            {
                _memory.Collect();
                held = _memory.HeldBytes();
                _collectedAt = _time.GetTimestamp();
            }

            Volatile.Write(ref _heldBytes, held);
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());
            Tell(held > LimitBytes, held);
            return held;
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Tell(bool isFull, long held)
    {
        if (isFull && !_wasFull)
            LogFull(_logger, held >> 20, LimitBytes >> 20, ServerSettings.MemoryLimit.Environment);
        else if (!isFull && _wasFull)
            LogRelieved(_logger, held >> 20);
        _wasFull = isFull;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Memory is full: {HeldMib} of {LimitMib} MiB, the limit of {Variable}. Writes are refused, reads go on while they can")]
    private static partial void LogFull(ILogger logger, long heldMib, long limitMib, string variable);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Memory is no longer full ({HeldMib} MiB): writes are taken again")]
    private static partial void LogRelieved(ILogger logger, long heldMib);
}
