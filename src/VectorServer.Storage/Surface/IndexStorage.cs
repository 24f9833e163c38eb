namespace VectorServer.Storage;

/// <summary>How the namespaces of an index are stored.</summary>
public sealed record IndexStorage(IReadOnlyList<NamespaceStorageStats> Namespaces)
{
    /// <summary>Namespaces that are damaged and so not among <see cref="Namespaces"/>.</summary>
    public IReadOnlyList<DamagedNamespace> Damaged { get; init; } = [];

    public long TotalRecordCount => Namespaces.Sum(ns => ns.RecordCount);
}
