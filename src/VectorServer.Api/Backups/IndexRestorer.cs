using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Control;
using VectorServer.Storage;

namespace VectorServer.Api.Backups;

/// <summary>What an index made from a backup or a collection takes from it, and what from the request. Thread-safe.</summary>
internal sealed class IndexRestorer(RestoreJobs restores, IndexCatalog indexes)
{
    /// <summary>Begins to make an index from a backup.</summary>
    /// <exception cref="WireException">The backup is absent or not ready, the name is taken, or no port is left.</exception>
    public Task<RestoreJob> FromBackupAsync(string backupId, RestoredIndex wanted, CancellationToken cancellation)
    {
        if (Backup.IsCollectionId(backupId))
            throw new WireException(WireError.NotFound, $"Backup {backupId} not found.");
        return restores.StartAsync(backupId, backup => Describe(backup, wanted), cancellation);
    }

    /// <summary>Begins to make an index from the collection its definition names.</summary>
    /// <exception cref="WireException">The collection is absent (400), not ready or of another shape, the name is taken, or no port is left.</exception>
    public async Task<KnownIndex> FromCollectionAsync(IndexDefinition definition, CancellationToken cancellation)
    {
        var source = definition.Attributes.SourceCollection!;
        try
        {
            var job = await restores.StartAsync(Backup.IdOfCollection(source), collection => Describe(collection, definition), cancellation);
            return indexes.Get(job.Target.Name);
        }
        catch (WireException absent) when (absent.Error == WireError.NotFound)
        {
            throw CollectionAbsent(source);
        }
    }

    /// <summary>A collection that is named as a source is a value of the request, not what the request is for: 400 and not 404.</summary>
    public static WireException CollectionAbsent(string name) => WireException.Invalid($"Resource {name} not found");

    private static IndexDescriptor Describe(Backup backup, RestoredIndex wanted)
    {
        var source = backup.IndexAttributes;
        var attributes = source with
        {
            Port = null,
            Tags = wanted.Tags ?? source.Tags,
            DeletionProtection = wanted.DeletionProtection,
            SourceBackupId = backup.Id,
            SourceCollection = null,
            Deployment = source.Deployment with { ReadCapacity = wanted.ReadCapacity },
        };
        return attributes.WriteTo(backup.Index with
        {
            Name = wanted.Name,
            Id = Guid.NewGuid(),
            Compression = IndexTags.CompressionOf(attributes.Tags, backup.Index.Compression),
            Search = IndexTags.SearchOf(attributes.Tags),
        });
    }

    private static IndexDescriptor Describe(Backup collection, IndexDefinition definition)
    {
        var (source, wanted) = (collection.Index, definition.Descriptor);
        if (wanted.VectorType != source.VectorType)
            throw Mismatch("Vector type", wanted.VectorType.ToWire(), source.VectorType.ToWire());
        if (wanted.Dimension != source.Dimension)
            throw Mismatch("Dimension", wanted.Dimension, source.Dimension);

        return definition.Attributes.WriteTo(wanted with
        {
            Metric = definition.HasMetric ? wanted.Metric : source.Metric,
            Compression = IndexTags.CompressionOf(definition.Attributes.Tags, source.Compression),
            Search = IndexTags.SearchOf(definition.Attributes.Tags),
        });

        WireException Mismatch(string what, object given, object held) => WireException.Invalid(
            $"{what} {given} does not match that of collection {collection.CollectionName}, which is {held}");
    }
}

/// <summary>A valid request for an index from a backup, free of its wire family.</summary>
internal sealed record RestoredIndex(string Name)
{
    /// <summary>Null takes the backup's.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public bool DeletionProtection { get; init; }

    public ReadCapacity? ReadCapacity { get; init; }
}
