using VectorServer.Api.Addressing;
using VectorServer.Api.Errors;
using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>Creates, changes and drops indexes together with what the host keeps of them. Thread-safe.</summary>
internal sealed class IndexCatalog(
    IStorageEngine engine, PendingIndexes pending, IndexPorts ports, IEnumerable<IIndexDependent> dependents, ServerOptions options)
{
    /// <summary>Every index, by name.</summary>
    public IEnumerable<KnownIndex> List()
    {
        // Those to come first: one that becomes ready meanwhile is then seen twice, not never.
        var toCome = pending.List().Select(index => new KnownIndex(index.Descriptor, index.State)).ToList();
        return engine.Indexes.Select(index => new KnownIndex(index.Descriptor))
            .Concat(toCome)
            .DistinctBy(index => index.Descriptor.Name)
            .OrderBy(index => index.Descriptor.Name, StringComparer.Ordinal);
    }

    /// <exception cref="StorageException">There is none of this name.</exception>
    public KnownIndex Get(string name)
    {
        var toCome = pending.Find(name);
        return toCome is null || engine.TryGetIndex(name, out _)
            ? new KnownIndex(engine.GetIndex(name).Descriptor)
            : new KnownIndex(toCome.Descriptor, toCome.State);
    }

    /// <summary>The index, open for reading.</summary>
    /// <exception cref="StorageException">There is none of this name.</exception>
    /// <exception cref="WireException">It is not ready.</exception>
    public IVectorIndex Open(string name)
    {
        var toCome = pending.Find(name);
        if (engine.TryGetIndex(name, out var index))
            return index;
        if (toCome is null && engine.Damage.IsDamaged(name))
            return engine.GetIndex(name); // says why not
        throw toCome?.Refusal() ?? new WireException(WireError.NotFound, $"Index {name} not found.");
    }

    /// <summary>The index, open to be copied.</summary>
    /// <exception cref="StorageException">There is none of this name.</exception>
    /// <exception cref="WireException">It is not ready: 412.</exception>
    public IVectorIndex OpenReady(string name) => Get(name).State == IndexState.Ready
        ? engine.GetIndex(name)
        : throw new WireException(WireError.FailedPrecondition, $"Index {name} is not ready");

    /// <summary>Creates an index, ready and reachable when this returns.</summary>
    /// <exception cref="WireException">The name is taken, or no port is left.</exception>
    public async Task<KnownIndex> CreateAsync(IndexDefinition definition, CancellationToken cancellation)
    {
        var (descriptor, attributes, sample) = definition;

        // The port comes first, so that no one ever sees the index without it.
        var port = await pending.TakeAsync(descriptor.Name, cancellation);
        try
        {
            var created = (attributes with { Port = port }).WriteTo(descriptor with
            {
                Compression = IndexTags.CompressionOf(attributes.Tags, options.Compression),
                Search = IndexTags.SearchOf(attributes.Tags),
            });
            var index = await engine.CreateIndexAsync(created, sample, cancellation);
            pending.Release(descriptor.Name);
            return new KnownIndex(index.Descriptor);
        }
        catch
        {
            pending.GiveBack(descriptor.Name, port);
            throw;
        }
    }

    /// <exception cref="WireException">The change does not suit the index, or the index is not ready.</exception>
    public async Task<KnownIndex> ConfigureAsync(string name, IndexChange change, CancellationToken cancellation)
    {
        _ = OpenReady(name);
        return new KnownIndex(await engine.ConfigureIndexAsync(name, descriptor => change.Apply(descriptor, options.Compression), cancellation));
    }

    /// <exception cref="WireException">The index is protected, or something under way needs it.</exception>
    public async Task DropAsync(string name)
    {
        if (engine.Damage.IsDamaged(name))
        {
            await engine.DropIndexAsync(name);
            return;
        }

        var (index, state) = Get(name);
        if (pending.Find(name) is { } toCome)
        {
            // There is nothing to protect where the restore failed, and no way to lift the protection.
            if (state != IndexState.InitializationFailed)
                ThrowIfProtected(index);
            await toCome.AbandonAsync();
            if (!engine.TryGetIndex(name, out var made) || made.Descriptor.Id != index.Id)
                return;
        }

        await engine.DropIndexAsync(name, current =>
        {
            // Since it was looked up it may have been protected, or deleted and another one made under its name.
            if (current.Id != index.Id)
                throw new StorageException(StorageErrorCode.NotFound, $"Index {name} not found.");
            ThrowIfProtected(current);
            foreach (var dependent in dependents)
                dependent.Dropping(current);
        });
        foreach (var dependent in dependents)
            dependent.Dropped(index);
        if (IndexAttributes.Of(index).Port is { } port && ports.IndexOn(port) == name)
            ports.Close(port);
    }

    private static void ThrowIfProtected(IndexDescriptor index)
    {
        if (IndexAttributes.Of(index).DeletionProtection)
            throw new WireException(
                WireError.Forbidden, "Deletion protection is enabled for this index. Disable deletion protection before retrying.");
    }
}

/// <summary>A valid create request, free of its wire family.</summary>
internal sealed record IndexDefinition(IndexDescriptor Descriptor, IndexAttributes Attributes, IReadOnlyList<float[]>? CalibrationSample = null)
{
    /// <summary>Whether the client chose the metric; else a source of the index may.</summary>
    public bool HasMetric { get; init; }
}
