namespace VectorServer.Storage;

/// <summary>How an index is stored, for engines that tell.</summary>
public interface IStorageFigures
{
    /// <summary>Looks at what is known, opens nothing and counts as no use, so that it may be asked every few seconds.</summary>
    IndexFigures Observe();

    /// <summary>How each namespace is stored.</summary>
    /// <param name="filter">Counts only records that match; null counts all.</param>
    /// <param name="cancellation">Stops it.</param>
    ValueTask<IndexStorage> StorageAsync(Filter? filter = null, CancellationToken cancellation = default);
}
