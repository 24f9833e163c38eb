using VectorServer.Storage.Registry;

namespace VectorServer.Storage;

/// <summary>The door to a data directory: one process opens it, lists and changes its indexes, and closes it.</summary>
public sealed class VectorEngine : IAsyncDisposable
{
    /// <summary>Opens or creates the directory and takes its lock.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.FailedPrecondition"/>: another process holds the directory.</exception>
    public static VectorEngine Open(EngineOptions options) => throw new NotImplementedException();

    /// <summary>Every index, by name.</summary>
    public IReadOnlyList<VectorIndex> Indexes => throw new NotImplementedException();

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: <c>Index NAME not found.</c></exception>
    public VectorIndex GetIndex(string name) => throw new NotImplementedException();

    public bool TryGetIndex(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out VectorIndex? index) => throw new NotImplementedException();

    /// <param name="descriptor">What to create; <see cref="IndexDescriptor.CreatedAt"/> is set by the engine.</param>
    /// <param name="calibrationSample">Vectors to calibrate the codes on, <c>[n][dimension]</c>; null calibrates on the first rows written.</param>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.AlreadyExists"/>, <see cref="StorageErrorCode.InvalidArgument"/>.</exception>
    public VectorIndex CreateIndex(IndexDescriptor descriptor, IReadOnlyList<float[]>? calibrationSample = null) => throw new NotImplementedException();

    /// <summary>Replaces <see cref="IndexDescriptor.Attributes"/> by what <paramref name="change"/> makes of them, one caller at a time.</summary>
    public IndexDescriptor ConfigureIndex(string name, Func<IndexDescriptor, IndexDescriptor> change) => throw new NotImplementedException();

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public Task DropIndexAsync(string name) => throw new NotImplementedException();

    /// <summary>Folds every log into its data files and releases the directory.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>How the engine runs.</summary>
public sealed record EngineOptions
{
    /// <summary>Where everything is kept; created if absent.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>When a write is acknowledged.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>Log bytes per namespace after which the log is folded into the data files.</summary>
    public long CheckpointLogBytes { get; init; } = 64L << 20; // replays in about a second

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of what an operator should know: cut tails, replays, failures.</summary>
    public Action<string>? Log { get; init; }
}

/// <summary>Named by what an acknowledged write can lose.</summary>
public enum Durability
{
    /// <summary>Nothing: synced to the disk before the acknowledgement.</summary>
    Fsync,

    /// <summary>Nothing when the process dies; the last seconds when the machine does.</summary>
    Os,
}
