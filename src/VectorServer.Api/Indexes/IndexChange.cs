using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Control;
using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>A valid configure request, free of its wire family; null parts stay as they are.</summary>
internal sealed record IndexChange
{
    /// <summary>The kind of deployment that the request speaks of.</summary>
    public DeploymentKind? Kind { get; init; }

    public int? Replicas { get; init; }

    public string? PodType { get; init; }

    public ReadCapacity? ReadCapacity { get; init; }

    public bool? DeletionProtection { get; init; }

    /// <summary>Merged; an empty or null value removes a tag.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>The description with this change.</summary>
    /// <exception cref="WireException">The change does not suit the index.</exception>
    public IndexDescriptor Apply(IndexDescriptor descriptor, Compression defaultCompression)
    {
        var before = IndexAttributes.Of(descriptor);
        var tags = IndexTags.Merge(before.Tags, Tags);
        var after = before with
        {
            DeletionProtection = DeletionProtection ?? before.DeletionProtection,
            Tags = tags,
            Deployment = Apply(before.Deployment),
        };

        // Only a request that names the tag changes the codes: the server's default may have changed since the index was made.
        var named = Tags?.Keys ?? [];
        return after.WriteTo(descriptor with
        {
            Compression = named.Any(IndexTags.SetsCompression) ? IndexTags.CompressionOf(tags, defaultCompression) : descriptor.Compression,
            Search = named.Any(IndexTags.SetsSearch) ? IndexTags.SearchOf(tags) : descriptor.Search,
        });
    }

    private DeploymentAttributes Apply(DeploymentAttributes deployment)
    {
        if (Kind is { } kind && kind != deployment.Kind)
            throw WireException.Invalid($"The index is of type {Name(deployment.Kind)}: it cannot be configured as {Name(kind)}");
        if (ReadCapacity is not null && deployment.Kind == DeploymentKind.Pod)
            throw WireException.Invalid("read_capacity cannot be configured for pod indexes");

        return deployment with
        {
            Replicas = Replicas ?? deployment.Replicas,
            PodType = PodType ?? deployment.PodType,
            ReadCapacity = ReadCapacity is null ? deployment.ReadCapacity : ReadCapacity with { Status = null },
        };
    }

    private static string Name(DeploymentKind kind) => kind.ToString().ToLowerInvariant();
}
