using VectorServer.Api.Addressing;
using VectorServer.Api.Bulk;
using VectorServer.Api.Errors;
using VectorServer.Storage;
using VectorServer.Storage.Registry;

namespace VectorServer.Api.Indexes;

/// <summary>Creates, changes and drops indexes together with what the host keeps of them. Thread-safe.</summary>
internal sealed class IndexCatalog(VectorEngine engine, IndexPorts ports, BulkJobs bulk, ServerOptions options)
{
    /// <summary>Every index, by name.</summary>
    public IEnumerable<IndexDescriptor> List() => engine.Indexes.Select(index => index.Descriptor);

    /// <exception cref="StorageException">There is none of this name.</exception>
    public IndexDescriptor Get(string name) => engine.GetIndex(name).Descriptor;

    /// <summary>Creates an index, ready and reachable when this returns.</summary>
    /// <exception cref="WireException">The name is taken, or no port is left.</exception>
    public async Task<IndexDescriptor> CreateAsync(IndexDefinition definition, CancellationToken cancellation)
    {
        var (descriptor, attributes, sample) = definition;
        if (engine.TryGetIndex(descriptor.Name, out _))
            throw AlreadyExists();

        // The port comes first, so that no one ever sees the index without it.
        var port = options.Addressing == AddressingMode.Port && !StartIndex.Is(descriptor.Name, options)
            ? await ports.OpenAsync(descriptor.Name, cancellation)
            : (int?)null;
        try
        {
            descriptor = descriptor with
            {
                Compression = IndexTags.CompressionOf(attributes.Tags, options.Compression),
                Search = IndexTags.SearchOf(attributes.Tags),
            };
            return engine.CreateIndex((attributes with { Port = port }).WriteTo(descriptor), sample).Descriptor;
        }
        catch (Exception exception)
        {
            if (port is not null)
                ports.Close(port.Value);
            if (exception is StorageException { Code: StorageErrorCode.AlreadyExists })
                throw AlreadyExists();
            throw;
        }
    }

    /// <exception cref="WireException">The change does not suit the index.</exception>
    public IndexDescriptor Configure(string name, IndexChange change) =>
        engine.ConfigureIndex(name, descriptor => change.Apply(descriptor, options.Compression));

    /// <exception cref="WireException">The index is protected.</exception>
    public async Task DropAsync(string name)
    {
        var descriptor = Get(name);
        var attributes = IndexAttributes.Of(descriptor);
        if (attributes.DeletionProtection)
            throw new WireException(
                WireError.Forbidden, "Deletion protection is enabled for this index. Disable deletion protection before retrying.");

        await engine.DropIndexAsync(name);
        bulk.Forget(descriptor.Id);
        if (attributes.Port is { } port && ports.IndexOn(port) == name)
            ports.Close(port);
    }

    // Clients look for "already exists" in the text.
    private static WireException AlreadyExists() => new(WireError.AlreadyExists, "Resource already exists.");
}

/// <summary>A valid create request, free of its wire family.</summary>
internal sealed record IndexDefinition(IndexDescriptor Descriptor, IndexAttributes Attributes, IReadOnlyList<float[]>? CalibrationSample = null);
