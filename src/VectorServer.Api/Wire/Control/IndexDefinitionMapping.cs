using VectorServer.Api.Indexes;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Control;

/// <summary>Valid create requests of all families to the one description that is stored.</summary>
internal static class IndexDefinitionMapping
{
    public static IndexDefinition ToDefinition(this CreateIndexRequest request)
    {
        var isSparse = request.VectorType == "sparse";
        var descriptor = new IndexDescriptor
        {
            Name = request.Name,
            VectorType = isSparse ? VectorType.Sparse : VectorType.Dense,
            Dimension = request.Dimension ?? 0,
            Metric = ParseMetric(request.Metric, isSparse),
        };
        var attributes = new IndexAttributes(ToAttributes(request.Spec))
        {
            DeletionProtection = request.DeletionProtection == "enabled",
            Tags = IndexTags.Merge(null, request.Tags),
            SourceCollection = request.Spec.Serverless?.SourceCollection ?? request.Spec.Pod?.SourceCollection,
            Fields = (request.Spec.Serverless?.Schema ?? request.Spec.Byoc?.Schema)?.Fields
                .ToDictionary(field => field.Key, field => new FieldAttributes(null, field.Value.Filterable)),
        };
        return new IndexDefinition(descriptor, attributes, request.VsCalibration) { HasMetric = request.Metric is not null };
    }

    public static IndexDefinition ToDefinition(this SchemaCreateIndexRequest request)
    {
        var fields = request.Schema.Fields;
        var dense = fields.GetValueOrDefault(IndexSchema.DenseField);
        var descriptor = new IndexDescriptor
        {
            Name = request.Name ?? $"index-{Guid.NewGuid():N}"[..14],
            VectorType = dense is null ? VectorType.Sparse : VectorType.Dense,
            Dimension = dense?.Dimension ?? 0,
            Metric = ParseMetric(dense?.Metric, isSparse: dense is null),
        };
        var metadata = fields.Where(field => IndexFieldTypes.Metadata.Contains(field.Value.Type)).ToList();
        var attributes = new IndexAttributes(ToAttributes(request.Deployment, request.ReadCapacity))
        {
            DeletionProtection = request.DeletionProtection == "enabled",
            Tags = IndexTags.Merge(null, request.Tags),
            Fields = metadata.Count == 0
                ? null
                : metadata.ToDictionary(field => field.Key, field => new FieldAttributes(field.Value.Type, field.Value.Filterable, field.Value.Description)),
            HasSparseField = dense is not null && fields.ContainsKey(IndexSchema.SparseField),
        };
        return new IndexDefinition(descriptor, attributes, request.VsCalibration);
    }

    private static Metric ParseMetric(string? name, bool isSparse)
    {
        if (name is not null && MetricNames.TryParse(name, out var metric))
            return metric;
        return isSparse ? Metric.DotProduct : Metric.Cosine;
    }

    private static DeploymentAttributes ToAttributes(IndexSpec spec) => spec switch
    {
        { Pod: { } pod } => new DeploymentAttributes(DeploymentKind.Pod)
        {
            Environment = pod.Environment,
            PodType = pod.PodType,
            Replicas = pod.Replicas ?? 1,
            Shards = pod.Shards ?? 1,
            IndexedFields = pod.MetadataConfig?.Indexed,
        },
        { Byoc: { } byoc } => new DeploymentAttributes(DeploymentKind.Byoc) { Environment = byoc.Environment, ReadCapacity = Stored(byoc.ReadCapacity) },
        _ => new DeploymentAttributes(DeploymentKind.Serverless)
        {
            Cloud = spec.Serverless!.Cloud,
            Region = spec.Serverless.Region,
            ReadCapacity = Stored(spec.Serverless.ReadCapacity),
        },
    };

    private static DeploymentAttributes ToAttributes(IndexDeployment? deployment, ReadCapacity? readCapacity) =>
        deployment?.DeploymentType == IndexDeployment.Byoc
            ? new DeploymentAttributes(DeploymentKind.Byoc) { Environment = deployment.Environment, ReadCapacity = Stored(readCapacity) }
            : new DeploymentAttributes(DeploymentKind.Serverless)
            {
                Cloud = deployment?.Cloud ?? "aws",
                Region = deployment?.Region ?? "us-east-1",
                ReadCapacity = Stored(readCapacity),
            };

    private static ReadCapacity? Stored(ReadCapacity? sent) => sent is null ? null : sent with { Status = null };
}
