namespace VectorServer.Storage.Columns;

/// <summary>
/// Memory for columns that no filter has asked for yet, of all namespaces together: those that find none are made by their first filter.
/// Thread-safe.
/// </summary>
/// <param name="bytesMax">At once.</param>
internal sealed class ColumnBudget(long bytesMax)
{
    private const int MemoryShare = 8;

    private long _taken;

    /// <summary>An eighth of the memory that the process may have.</summary>
    public static ColumnBudget Usual() => new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare);

    /// <summary>Bytes taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Whether there would be room for some more.</summary>
    public bool HasRoomFor(long bytes) => Taken + bytes <= bytesMax;

    /// <summary>Takes bytes, or gives them back where they are negative; false, and nothing is taken, where there are not as many.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= bytesMax || bytes <= 0)
            return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }
}
