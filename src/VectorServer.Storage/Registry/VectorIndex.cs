using VectorServer.Storage.Filters;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <summary>
/// One open index: what a host needs of it, free of files and SQL. Thread-safe. Namespace names are the client's; the empty
/// string is the default namespace. Reads of an absent namespace are empty; writes create it, deletes of records in it throw
/// <see cref="StorageErrorCode.NotFound"/>.
/// </summary>
public sealed class VectorIndex
{
    public IndexDescriptor Descriptor => throw new NotImplementedException();

    /// <summary>Writes whole records, all or none; an id twice in one batch: the last one wins.</summary>
    /// <exception cref="StorageException">A record breaks a rule of the index (dimension, zero vector, ...).</exception>
    public Task<WriteResult> UpsertAsync(string ns, IReadOnlyList<VectorRecord> records, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Changes one record; an unknown id changes nothing.</summary>
    public Task<WriteResult> UpdateAsync(string ns, RecordUpdate update, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Merges metadata into every record that matches, at most <paramref name="limit"/> of them; all or none.</summary>
    public Task<FilteredUpdateResult> UpdateByFilterAsync(
        string ns, Filter filter, RecordMetadata setMetadata, bool dryRun, int limit, CancellationToken cancellation = default) => throw new NotImplementedException();

    public Task<WriteResult> DeleteAsync(string ns, IReadOnlyList<string> ids, CancellationToken cancellation = default) => throw new NotImplementedException();

    public Task<WriteResult> DeleteByFilterAsync(string ns, Filter filter, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Empties the namespace and keeps it.</summary>
    public Task<WriteResult> DeleteAllAsync(string ns, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>The records with these ids, in the order asked; unknown ids are left out.</summary>
    public FetchResult Fetch(string ns, IReadOnlyList<string> ids) => throw new NotImplementedException();

    /// <summary>Records that match, in id order, after <paramref name="afterId"/>.</summary>
    public RecordPage FetchByFilter(string ns, Filter? filter, int limit, string? afterId) => throw new NotImplementedException();

    public IdPage ListIds(string ns, string? prefix, int limit, string? afterId) => throw new NotImplementedException();

    public QueryResult Query(string ns, VectorQuery query, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <param name="filter">Counts only records that match; null counts all.</param>
    public IndexStats Stats(Filter? filter = null) => throw new NotImplementedException();

    public NamespacePage ListNamespaces(string? prefix, int limit, string? afterName) => throw new NotImplementedException();

    /// <exception cref="StorageException"><see cref="StorageErrorCode.AlreadyExists"/>.</exception>
    public NamespaceInfo CreateNamespace(string ns, IReadOnlyList<string>? filterableFields = null) => throw new NotImplementedException();

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public NamespaceInfo DescribeNamespace(string ns) => throw new NotImplementedException();

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public Task DeleteNamespaceAsync(string ns, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Rewrites the namespace without deleted rows and gives their space back.</summary>
    public Task CompactAsync(string ns, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Folds the log into the data files, so that <c>vectors.npy</c> holds every acknowledged row.</summary>
    public Task FlushAsync(CancellationToken cancellation = default) => throw new NotImplementedException();
}
