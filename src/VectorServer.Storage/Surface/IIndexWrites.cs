namespace VectorServer.Storage;

/// <summary>The writes of an index: each is all or nothing, durable and visible to the next read once its task ends.</summary>
public interface IIndexWrites
{
    /// <summary>Whether a write would take the record.</summary>
    /// <exception cref="StorageException">It breaks a rule of the index; the message says which.</exception>
    void Check(VectorRecord record);

    /// <summary>Writes whole records, new or replacing; an id twice in one batch: the last one wins.</summary>
    /// <param name="ns">The namespace, made where it is not there.</param>
    /// <param name="records">The records, copied before the call returns.</param>
    /// <param name="key">Makes a repetition do nothing; null: each call writes.</param>
    /// <param name="cancellation">Gives up waiting; the write may happen all the same.</param>
    /// <exception cref="StorageException">A record breaks a rule of the index.</exception>
    ValueTask<WriteResult> UpsertAsync(
        string ns, IReadOnlyList<VectorRecord> records, IdempotencyKey? key = null, CancellationToken cancellation = default);

    /// <summary>Writes as <see cref="UpsertAsync"/> does, in the way that is fast from some thousand records on.</summary>
    /// <exception cref="StorageException">A record breaks a rule of the index.</exception>
    ValueTask<WriteResult> LoadAsync(
        string ns, IReadOnlyList<VectorRecord> records, IdempotencyKey? key = null, CancellationToken cancellation = default);

    /// <summary>Changes one record; an unknown id, or a namespace that is not there, changes nothing.</summary>
    /// <exception cref="StorageException">The update breaks a rule of the index.</exception>
    ValueTask<WriteResult> UpdateAsync(string ns, RecordUpdate update, CancellationToken cancellation = default);

    /// <summary>Merges metadata into the records that match.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="filter">Which records.</param>
    /// <param name="setMetadata">Fields to set; null changes nothing.</param>
    /// <param name="dryRun">Counts only.</param>
    /// <param name="limit">Records changed at most; all that match are counted.</param>
    /// <param name="cancellation">Gives up waiting; the write may happen all the same.</param>
    ValueTask<FilteredUpdateResult> UpdateByFilterAsync(
        string ns, Filter filter, RecordMetadata? setMetadata, bool dryRun, int limit, CancellationToken cancellation = default);

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: no such namespace.</exception>
    ValueTask<WriteResult> DeleteAsync(string ns, IReadOnlyList<string> ids, CancellationToken cancellation = default);

    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: no such namespace.</exception>
    ValueTask<WriteResult> DeleteByFilterAsync(string ns, Filter filter, CancellationToken cancellation = default);

    /// <summary>Empties the namespace and keeps it.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>: no such namespace.</exception>
    ValueTask<WriteResult> DeleteAllAsync(string ns, CancellationToken cancellation = default);
}
