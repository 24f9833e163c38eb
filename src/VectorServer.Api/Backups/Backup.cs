using VectorServer.Api.Indexes;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>How far a backup is, in the wire's words.</summary>
internal enum BackupStatus
{
    Initializing,
    Ready,
    InitializationFailed,
}

/// <summary>
/// A copy of an index at one moment, whole or in the making. A collection is one too, known by the name in its id; clients never see the
/// one kind among the other.
/// </summary>
/// <param name="Id">A uuid; of a collection, its name behind a mark.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Index">The index it was taken of, as it was then.</param>
/// <param name="Attributes">What the host keeps with it.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="Content">What it holds; null until it is ready.</param>
internal sealed record Backup(
    string Id, BackupStatus Status, IndexDescriptor Index, BackupAttributes Attributes, DateTimeOffset CreatedAt, BackupContent? Content)
{
    private const string CollectionMark = "collection-";

    public bool IsCollection => Id.StartsWith(CollectionMark, StringComparison.Ordinal);

    /// <summary>Name of the collection that this is.</summary>
    public string CollectionName => Id[CollectionMark.Length..];

    /// <summary>When its index was deleted; null while the index is there, and where that is not known.</summary>
    public DateTimeOffset? IndexDeletedAt { get; init; }

    public IndexAttributes IndexAttributes => IndexAttributes.Of(Index);

    public static string IdOfCollection(string name) => CollectionMark + name;

    public static bool IsCollectionId(string id) => id.StartsWith(CollectionMark, StringComparison.Ordinal);

    public static Backup Of(BackupInfo info)
    {
        var attributes = BackupAttributes.Of(info);
        var content = new BackupContent(info.RecordCount, info.NamespaceCount, info.SizeBytes);
        return new Backup(info.Id, BackupStatus.Ready, info.Index, attributes, attributes.RequestedAt ?? info.CreatedAt, content);
    }
}

/// <summary>What a whole backup holds.</summary>
internal sealed record BackupContent(long RecordCount, int NamespaceCount, long SizeBytes);
