namespace VectorServer.Storage;

/// <summary>
/// One page of namespaces; <paramref name="NextAfterName"/> continues it and is null on the last. <paramref name="TotalCount"/> counts all
/// that match the prefix.
/// </summary>
public sealed record NamespacePage(IReadOnlyList<NamespaceInfo> Namespaces, string? NextAfterName, int TotalCount);
