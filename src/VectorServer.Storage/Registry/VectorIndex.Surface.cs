namespace VectorServer.Storage;

/// <content>The index as a host sees it. Reads run on the calling thread: their tasks have completed when the calls return.</content>
public sealed partial class VectorIndex : IVectorIndex, IIndexCare, IStorageFigures
{
    IIndexCare IVectorIndex.Care => this;

    IStorageFigures IVectorIndex.Figures => this;

    ValueTask<WriteResult> IIndexWrites.UpsertAsync(
        string ns, IReadOnlyList<VectorRecord> records, IdempotencyKey? key, CancellationToken cancellation) =>
        new(UpsertAsync(ns, records, key, cancellation));

    ValueTask<WriteResult> IIndexWrites.LoadAsync(
        string ns, IReadOnlyList<VectorRecord> records, IdempotencyKey? key, CancellationToken cancellation) =>
        new(LoadAsync(ns, records, key, cancellation));

    ValueTask<WriteResult> IIndexWrites.UpdateAsync(string ns, RecordUpdate update, CancellationToken cancellation) =>
        new(UpdateAsync(ns, update, cancellation));

    ValueTask<FilteredUpdateResult> IIndexWrites.UpdateByFilterAsync(
        string ns, Filter filter, RecordMetadata? setMetadata, bool dryRun, int limit, CancellationToken cancellation) =>
        new(UpdateByFilterAsync(ns, filter, setMetadata, dryRun, limit, cancellation));

    ValueTask<WriteResult> IIndexWrites.DeleteAsync(string ns, IReadOnlyList<string> ids, CancellationToken cancellation) =>
        new(DeleteAsync(ns, ids, cancellation));

    ValueTask<WriteResult> IIndexWrites.DeleteByFilterAsync(string ns, Filter filter, CancellationToken cancellation) =>
        new(DeleteByFilterAsync(ns, filter, cancellation));

    ValueTask<WriteResult> IIndexWrites.DeleteAllAsync(string ns, CancellationToken cancellation) => new(DeleteAllAsync(ns, cancellation));

    ValueTask<QueryResult> IIndexReads.QueryAsync(string ns, VectorQuery query, CancellationToken cancellation) => new(Query(ns, query, cancellation));

    ValueTask<IReadOnlyList<QueryResult>> IIndexReads.QueryManyAsync(IReadOnlyList<NamespaceQuery> queries, CancellationToken cancellation) =>
        new(QueryMany(queries, cancellation));

    ValueTask<CountResult> IIndexReads.CountAsync(string ns, Filter? filter, CancellationToken cancellation) => new(Count(ns, filter));

    ValueTask<FetchResult> IIndexReads.FetchAsync(string ns, IReadOnlyList<string> ids, CancellationToken cancellation) => new(Fetch(ns, ids));

    ValueTask<RecordPage> IIndexReads.FetchByFilterAsync(string ns, Filter? filter, int limit, string? afterId, CancellationToken cancellation) =>
        new(FetchByFilter(ns, filter, limit, afterId));

    ValueTask<IdPage> IIndexReads.ListIdsAsync(string ns, string? prefix, int limit, string? afterId, CancellationToken cancellation) =>
        new(ListIds(ns, prefix, limit, afterId));

    IAsyncEnumerable<IReadOnlyList<VectorRecord>> IIndexReads.ReadAllAsync(string ns, CancellationToken cancellation) =>
        ReadAll(ns).ToAsyncEnumerable();

    ValueTask<IndexStats> IIndexReads.StatsAsync(Filter? filter, CancellationToken cancellation) =>
        new(Stats(filter).Stats);

    ValueTask<IndexStorage> IStorageFigures.StorageAsync(Filter? filter, CancellationToken cancellation) => new(Stats(filter));

    ValueTask<IReadOnlyList<string>> IIndexNames.NamespaceNamesAsync(CancellationToken cancellation) => new(NamespaceNames());

    ValueTask<NamespacePage> IIndexNames.ListNamespacesAsync(string? prefix, int limit, string? afterName, CancellationToken cancellation) =>
        new(ListNamespaces(prefix, limit, afterName));

    ValueTask<NamespaceInfo> IIndexNames.CreateNamespaceAsync(
        string ns, IReadOnlyList<string>? filterableFields, CancellationToken cancellation) => new(CreateNamespace(ns, filterableFields));

    ValueTask<NamespaceInfo> IIndexNames.DescribeNamespaceAsync(string ns, CancellationToken cancellation) => new(DescribeNamespace(ns));

    ValueTask IIndexNames.DeleteNamespaceAsync(string ns, CancellationToken cancellation) => new(DeleteNamespaceAsync(ns, cancellation));

    ValueTask<NamespaceAlias> IIndexNames.CreateAliasAsync(string name, string target, CancellationToken cancellation) => new(CreateAlias(name, target));

    ValueTask<NamespaceAliasPage> IIndexNames.ListAliasesAsync(
        string? prefix, string? target, int limit, string? afterName, CancellationToken cancellation) =>
        new(ListAliases(prefix, target, limit, afterName));

    ValueTask<NamespaceAlias> IIndexNames.DescribeAliasAsync(string name, CancellationToken cancellation) => new(DescribeAlias(name));

    ValueTask<NamespaceAlias> IIndexNames.RepointAliasAsync(string name, string target, CancellationToken cancellation) =>
        new(RepointAlias(name, target));

    ValueTask IIndexNames.DeleteAliasAsync(string name, CancellationToken cancellation)
    {
        DeleteAlias(name);
        return default;
    }
}
