namespace VectorServer.Storage;

/// <summary>Upkeep of an index by hand, for engines that need it.</summary>
public interface IIndexCare
{
    /// <summary>Rewrites a namespace without deleted rows and gives their space back.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    Task CompactAsync(string ns, CancellationToken cancellation = default);

    /// <summary>Brings every acknowledged write from the log into the data files.</summary>
    Task FlushAsync(CancellationToken cancellation = default);

    /// <summary>Compares what is stored of a namespace, or of all, with its checksums.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    Task<IReadOnlyList<NamespaceIntegrity>> VerifyAsync(string? ns, CancellationToken cancellation = default);

    /// <summary>Repairs a namespace, or all: rebuilds what is derived, saves what is whole, and keeps damaged originals aside.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    Task<IReadOnlyList<NamespaceIntegrity>> RepairAsync(string? ns, CancellationToken cancellation = default);

    /// <summary>Measures every compression on the namespace's own vectors. Takes seconds; one at a time in the process.</summary>
    /// <exception cref="StorageException">The index is sparse, or the namespace too small to measure.</exception>
    Task<CompressionAdvice> AdviseAsync(string ns, AdviceOptions options, CancellationToken cancellation = default);
}
