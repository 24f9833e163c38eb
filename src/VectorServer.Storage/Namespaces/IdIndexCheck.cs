namespace VectorServer.Storage.Namespaces;

/// <summary>
/// SQLite's index of ids bears no checksums and alone decides which ids a list has: before its first use it is compared, whole, with the
/// ids in memory, which were checked at the open.
/// </summary>
internal sealed class IdIndexCheck
{
    private volatile bool _isDone;

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public void Ensure(Generation generation, int rowCount)
    {
        if (_isDone)
            return;
        var found = 0;
        var last = (Id: "", Row: -1);
        foreach (var (id, row) in generation.Metadata.IdsInOrder(prefix: null, afterId: null, rowCount))
        {
            // In strict order no pair comes twice: as many right ones as there are rows are all of them.
            var order = string.CompareOrdinal(last.Id, id);
            if (row.Value < 0 || order > 0 || (order == 0 && last.Row >= row.Value) || generation.Ids.IdOf(row.Value) != id)
                throw Damaged();
            last = (id, row.Value);
            found++;
        }

        if (found != rowCount)
            throw Damaged();
        _isDone = true;
    }

    private static StorageException Damaged() => new(StorageErrorCode.DataCorruption, "The metadata's index of ids does not agree with its rows");
}
