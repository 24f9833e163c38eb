namespace VectorServer.Storage;

/// <summary>
/// One page of aliases; <paramref name="NextAfterName"/> continues it and is null on the last. <paramref name="TotalCount"/> counts all
/// that were asked for.
/// </summary>
public sealed record NamespaceAliasPage(IReadOnlyList<NamespaceAlias> Aliases, string? NextAfterName, int TotalCount);
