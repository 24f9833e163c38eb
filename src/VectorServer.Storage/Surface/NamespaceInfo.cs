namespace VectorServer.Storage;

/// <summary>A namespace as a client sees it.</summary>
/// <param name="Name">The client's name; the default namespace is the empty string.</param>
/// <param name="RecordCount">Live records.</param>
/// <param name="FilterableFields">Metadata fields declared at creation; null when all are indexed.</param>
/// <param name="SizeBytes">Bytes on disk.</param>
public sealed record NamespaceInfo(string Name, long RecordCount, IReadOnlyList<string>? FilterableFields, long SizeBytes)
{
    /// <summary>Why it is not served; null for a namespace that is whole.</summary>
    public string? Damage { get; init; }
}
