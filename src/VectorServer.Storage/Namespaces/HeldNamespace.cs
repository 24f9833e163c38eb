using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// A snapshot with all that it takes to read the whole of it on one thread other than the writer's: rows stay, and the metadata's file
/// is open, whether the namespace is written to, compacted or deleted meanwhile.
/// </summary>
internal sealed class HeldNamespace : IDisposable
{
    private readonly SnapshotLease _lease;
    private readonly MetadataStore.RentedReader _reader;

    private HeldNamespace(NamespaceStore store, SnapshotLease lease)
    {
        (Description, Metric, _lease) = (store.Description, store.Metric, lease);
        _reader = lease.Snapshot.Generation.Metadata.Rent();
    }

    public NamespaceDescription Description { get; }

    public Metric Metric { get; }

    public NamespaceSnapshot Snapshot => _lease.Snapshot;

    public MetadataReader Metadata => _reader.Reader;

    /// <summary>Holds the newest snapshot; null once the namespace is closed or being removed.</summary>
    public static HeldNamespace? Take(NamespaceStore store)
    {
        if (!store.TryAcquire(out var lease))
            return null;
        try
        {
            return new HeldNamespace(store, lease);
        }
        catch (Exception e)
        {
            lease.Dispose();
            if (e is StorageException { Code: StorageErrorCode.NotFound })
                return null;
            throw;
        }
    }

    public void Dispose()
    {
        _reader.Dispose(); // the generation closes its metadata with the last lease
        _lease.Dispose();
    }
}
