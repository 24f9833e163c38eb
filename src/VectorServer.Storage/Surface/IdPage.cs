namespace VectorServer.Storage;

/// <summary>One page of ids in UTF-8 byte order; <paramref name="NextAfterId"/> continues it and is null on the last.</summary>
public sealed record IdPage(IReadOnlyList<string> Ids, string? NextAfterId, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";
}
