namespace VectorServer.Storage;

/// <summary>How the namespaces of an index are stored.</summary>
public sealed record IndexStorage(IReadOnlyList<NamespaceStorageStats> Namespaces)
{
    /// <summary>Namespaces that are damaged and so not among <see cref="Namespaces"/>.</summary>
    public IReadOnlyList<DamagedNamespace> Damaged { get; init; } = [];

    /// <summary>The counts alone.</summary>
    public IndexStats Stats => new([.. Namespaces.Select(ns => new NamespaceStats(ns.Name, ns.RecordCount))]);

    public long TotalRecordCount => Namespaces.Sum(ns => ns.RecordCount);
}
