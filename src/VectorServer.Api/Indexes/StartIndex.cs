using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>The index that the settings INDEX_TYPE, VECTOR_TYPE, DIMENSION and METRIC ask for; served on the main port.</summary>
internal static class StartIndex
{
    public const string Name = "default";

    /// <summary>Whether this is that index, which has no port of its own.</summary>
    public static bool Is(string name, ServerOptions options) => options.StartIndex is not null && name == Name;

    /// <summary>Creates it unless it is there, damaged or not.</summary>
    /// <exception cref="SettingsException">There is one of another shape.</exception>
    public static async Task EnsureAsync(IStorageEngine engine, ServerOptions options)
    {
        if (options.StartIndex is not { } wanted || engine.Damage.IsDamaged(Name))
            return;

        if (!engine.TryGetIndex(Name, out var index))
        {
            await engine.CreateIndexAsync(Describe(wanted, options));
            return;
        }

        var found = index.Descriptor;
        if (found.VectorType != wanted.VectorType || found.Dimension != wanted.Dimension || found.Metric != wanted.Metric)
            throw new SettingsException(
                $"The data directory holds index {Name} with {found.VectorType} vectors of dimension {found.Dimension} and metric {found.Metric}; "
                + $"the settings ask for {wanted.VectorType}, {wanted.Dimension}, {wanted.Metric}. Delete it or change {ServerSettings.IndexType} and the settings beside it.");
    }

    private static IndexDescriptor Describe(StartIndexOptions wanted, ServerOptions options)
    {
        var deployment = wanted.IsPod
            ? new DeploymentAttributes(DeploymentKind.Pod) { Environment = "local", PodType = "p1.x1", Replicas = 1, Shards = 1 }
            : new DeploymentAttributes(DeploymentKind.Serverless) { Cloud = "aws", Region = "us-east-1" };
        return new IndexAttributes(deployment).WriteTo(new IndexDescriptor
        {
            Name = Name,
            VectorType = wanted.VectorType,
            Dimension = wanted.Dimension,
            Metric = wanted.Metric,
            Compression = options.Compression,
        });
    }
}
