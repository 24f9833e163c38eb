namespace VectorServer.Storage;

public sealed record FetchResult(IReadOnlyList<VectorRecord> Records, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";
}
