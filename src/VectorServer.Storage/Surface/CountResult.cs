namespace VectorServer.Storage;

/// <summary>How many records there are.</summary>
public sealed record CountResult(int Count, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";
}
