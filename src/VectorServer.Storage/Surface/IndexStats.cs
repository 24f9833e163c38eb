namespace VectorServer.Storage;

/// <summary>How many records the namespaces of an index have.</summary>
public sealed record IndexStats(IReadOnlyList<NamespaceStats> Namespaces)
{
    public long TotalRecordCount => Namespaces.Sum(ns => ns.RecordCount);
}
