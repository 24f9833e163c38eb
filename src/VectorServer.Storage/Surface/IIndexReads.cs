namespace VectorServer.Storage;

/// <summary>The reads of an index. A namespace that is not there is empty; an alias is read as its target.</summary>
public interface IIndexReads
{
    /// <summary>The nearest records, best first; ties by id.</summary>
    /// <exception cref="StorageException">The query breaks a rule of the index (dimension, kind of vector, ...).</exception>
    ValueTask<QueryResult> QueryAsync(string ns, VectorQuery query, CancellationToken cancellation = default);

    /// <summary>Answers several queries at once; those of one namespace see the same state of it.</summary>
    /// <returns>One result a query, in their order.</returns>
    /// <exception cref="StorageException">A query breaks a rule of the index; the message says which.</exception>
    ValueTask<IReadOnlyList<QueryResult>> QueryManyAsync(IReadOnlyList<NamespaceQuery> queries, CancellationToken cancellation = default);

    /// <summary>How many records match; null counts all.</summary>
    ValueTask<CountResult> CountAsync(string ns, Filter? filter, CancellationToken cancellation = default);

    /// <summary>The records with these ids, in the order asked, each once; unknown ids are left out.</summary>
    ValueTask<FetchResult> FetchAsync(string ns, IReadOnlyList<string> ids, CancellationToken cancellation = default);

    /// <summary>Records that match, in id order, after <paramref name="afterId"/>, at most <paramref name="limit"/>, which is at least 1.</summary>
    ValueTask<RecordPage> FetchByFilterAsync(string ns, Filter? filter, int limit, string? afterId, CancellationToken cancellation = default);

    /// <summary>
    /// Ids that begin with <paramref name="prefix"/>, in UTF-8 byte order, after <paramref name="afterId"/>, at most <paramref name="limit"/>,
    /// which is at least 1.
    /// </summary>
    ValueTask<IdPage> ListIdsAsync(string ns, string? prefix, int limit, string? afterId, CancellationToken cancellation = default);

    /// <summary>Every record, in lists of at most 1,000, as the namespace is when the enumeration begins.</summary>
    /// <exception cref="StorageException">From a step of the enumeration: <see cref="StorageErrorCode.Unavailable"/>, the engine is closing.</exception>
    IAsyncEnumerable<IReadOnlyList<VectorRecord>> ReadAllAsync(string ns, CancellationToken cancellation = default);

    /// <summary>How many records each namespace has.</summary>
    /// <param name="filter">Counts only records that match; null counts all.</param>
    /// <param name="cancellation">Stops it.</param>
    ValueTask<IndexStats> StatsAsync(Filter? filter = null, CancellationToken cancellation = default);
}
