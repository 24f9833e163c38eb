namespace VectorServer.Storage;

/// <summary>One page; <paramref name="NextAfterId"/> continues it and is null on the last.</summary>
public sealed record RecordPage(IReadOnlyList<VectorRecord> Records, string? NextAfterId, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";
}
