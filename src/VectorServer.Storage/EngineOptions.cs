namespace VectorServer.Storage;

/// <summary>How the engine runs.</summary>
public sealed record EngineOptions
{
    /// <summary>Where everything is kept; created if absent.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>When a write is acknowledged.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>Log bytes per namespace after which the log is folded into the data files.</summary>
    public long CheckpointLogBytes { get; init; } = 64L << 20; // replays in about a second

    /// <summary>
    /// How long an acknowledged write stays invisible to reads, which then find what the namespace held before it; zero for not at all.
    /// For tests of clients that must bear with an eventually consistent service. Writes are resolved on the newest state all the same.
    /// </summary>
    public TimeSpan VisibilityDelay { get; init; }

    /// <summary>
    /// Share of approximate queries, 0..1, that are answered exactly too, in the background, to tell their recall. One at a time in the
    /// whole process, and never more than a twentieth of one core; what is due beyond that is left out.
    /// </summary>
    public double RecallSample { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of what an operator should know: cut tails, replays, failures.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>What the engine writes to.</summary>
    internal IO.Disk Disk { get; init; } = IO.Disk.Real;
}

/// <summary>When a write is acknowledged, named by what an acknowledged write can lose.</summary>
public enum Durability
{
    /// <summary>Nothing: synced to the disk before the acknowledgement.</summary>
    Fsync,

    /// <summary>Nothing when the process dies; the last seconds when the machine does.</summary>
    Os,
}
