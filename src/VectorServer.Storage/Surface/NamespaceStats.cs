namespace VectorServer.Storage;

/// <param name="Name">The client's name; the default namespace is the empty string.</param>
/// <param name="RecordCount">Records, or those that match the filter asked for.</param>
public sealed record NamespaceStats(string Name, long RecordCount);
