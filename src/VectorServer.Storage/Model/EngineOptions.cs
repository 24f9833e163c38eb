namespace VectorServer.Storage;

/// <summary>How the engine runs.</summary>
public sealed record EngineOptions
{
    /// <summary>All cores but one, which is left to queries.</summary>
    public static int BuildThreadsByDefault { get; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Where everything is kept; created if absent.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>When a write is acknowledged.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>Log bytes per namespace after which the log is folded into the data files.</summary>
    public long CheckpointLogBytes { get; init; } = 64L << 20; // replays in about a second

    /// <summary>Bytes kept free for the day the disk is full, when deletions and compaction use them; zero for none.</summary>
    public long ReserveBytes { get; init; } = 16L << 20; // four times what a checkpoint's journals and the log's next segments take

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

    /// <summary>Threads that build approximate indexes, one namespace at a time.</summary>
    public int BuildThreads { get; init; } = BuildThreadsByDefault;

    /// <summary>
    /// How long nobody uses a namespace before its memory and files are given back; its next use opens it again. Zero keeps all that were used open,
    /// as far as <see cref="OpenNamespacesMax"/> lets it.
    /// </summary>
    public TimeSpan IdleClose { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Namespaces open at once; the longest unused are closed for others. Null takes 4,096, fewer where they would take more than half of the
    /// process's file handles or a quarter of its memory.
    /// </summary>
    public int? OpenNamespacesMax { get; init; }

    /// <summary>
    /// Share of a namespace's rows, 0..1, that are deleted or replaced when it is compacted in the background; 0 compacts only what is asked for.
    /// </summary>
    public double CompactDeadShare { get; init; } = 0.3;

    /// <summary>Deleted or replaced rows below which their share does not matter: they take a few MiB.</summary>
    public int CompactDeadRowsMin { get; init; } = 10_000;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of what an operator should know: cut tails, replays, failures.</summary>
    public Action<string>? Log { get; init; }
}
