namespace VectorServer.Storage;

/// <summary>A whole backup, as its manifest tells.</summary>
/// <param name="Id">Name of its directory.</param>
/// <param name="Index">The index as it was when the backup was taken, the host's attributes included.</param>
/// <param name="CreatedAt">When the backup was begun.</param>
/// <param name="NamespaceCount">Namespaces in it.</param>
/// <param name="RecordCount">Live records in them.</param>
/// <param name="SizeBytes">Bytes on disk.</param>
/// <param name="Attributes">A JSON document the host keeps with the backup (name, description, tags, ...). The engine never reads it.</param>
public sealed record BackupInfo(
    string Id, IndexDescriptor Index, DateTimeOffset CreatedAt, int NamespaceCount, long RecordCount, long SizeBytes, string Attributes);
