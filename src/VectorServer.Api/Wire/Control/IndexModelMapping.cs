using VectorServer.Api.Indexes;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Control;

/// <summary>The stored description of an index to the model of each family.</summary>
internal static class IndexModelMapping
{
    public static IndexModel ToModel(this KnownIndex known, IndexAttributes attributes, string host, ApiFamily family)
    {
        var index = known.Descriptor;
        return new IndexModel
        {
            Name = index.Name,
            Metric = index.Metric.ToWire(),
            Host = host,
            Spec = ToSpec(attributes, family),
            Status = IndexModelStatus.Of(known.State),
            VectorType = index.VectorType.ToWire(),
            Dimension = index.VectorType == VectorType.Sparse ? null : index.Dimension,
            DeletionProtection = ToWord(attributes.DeletionProtection),
            Tags = attributes.Tags,
        };
    }

    public static SchemaIndexModel ToSchemaModel(this KnownIndex known, IndexAttributes attributes, string host) => new()
    {
        Name = known.Descriptor.Name,
        Host = host,
        Schema = ToSchema(known.Descriptor, attributes),
        Deployment = ToDeployment(attributes.Deployment),
        ReadCapacity = attributes.Deployment.Kind == DeploymentKind.Pod ? null : ReadCapacity.Shown(attributes.Deployment.ReadCapacity),
        DeletionProtection = ToWord(attributes.DeletionProtection),
        Tags = attributes.Tags,
        Status = IndexModelStatus.Of(known.State),
        SourceCollection = attributes.SourceCollection,
        SourceBackupId = attributes.SourceBackupId,
    };

    /// <summary>The schema of an index, as 2026-07 shows it.</summary>
    public static IndexSchema ToSchema(IndexDescriptor index, IndexAttributes attributes) => new() { Fields = ToFields(index, attributes) };

    /// <summary>The fields declared filterable, as versions before 2026-07 show them; null when all are.</summary>
    public static MetadataSchema? ToMetadataSchema(IReadOnlyDictionary<string, FieldAttributes>? fields)
    {
        var filterable = fields?.Where(field => field.Value.Filterable == true)
            .ToDictionary(field => field.Key, field => new MetadataFieldProperties(true));
        return filterable is { Count: > 0 } ? new MetadataSchema { Fields = filterable } : null;
    }

    private static string ToWord(bool deletionProtection) => deletionProtection ? "enabled" : "disabled";

    private static IndexSpec ToSpec(IndexAttributes attributes, ApiFamily family)
    {
        var deployment = attributes.Deployment;
        var readCapacity = family == ApiFamily.Classic ? null : ReadCapacity.Shown(deployment.ReadCapacity);
        var schema = family == ApiFamily.Classic ? null : ToMetadataSchema(attributes.Fields);
        return deployment.Kind switch
        {
            DeploymentKind.Pod => new IndexSpec { Pod = ToPodSpec(deployment) with { SourceCollection = attributes.SourceCollection } },
            DeploymentKind.Byoc => new IndexSpec
            {
                Byoc = new ByocSpec { Environment = deployment.Environment!, ReadCapacity = readCapacity, Schema = schema },
            },
            _ => new IndexSpec
            {
                Serverless = new ServerlessSpec
                {
                    Cloud = deployment.Cloud!,
                    Region = deployment.Region!,
                    ReadCapacity = readCapacity,
                    SourceCollection = attributes.SourceCollection,
                    Schema = schema,
                },
            },
        };
    }

    private static PodSpec ToPodSpec(DeploymentAttributes deployment) => new()
    {
        Environment = deployment.Environment!,
        PodType = deployment.PodType!,
        Replicas = deployment.Replicas,
        Shards = deployment.Shards,
        Pods = deployment.Replicas * deployment.Shards,
        MetadataConfig = deployment.IndexedFields is null ? null : new PodMetadataConfig(deployment.IndexedFields),
    };

    private static Dictionary<string, IndexSchemaField> ToFields(IndexDescriptor index, IndexAttributes attributes)
    {
        var fields = new Dictionary<string, IndexSchemaField>();
        if (index.VectorType == VectorType.Dense)
            fields[IndexSchema.DenseField] = new IndexSchemaField
            {
                Type = IndexFieldTypes.DenseVector,
                Dimension = index.Dimension,
                Metric = index.Metric.ToWire(),
            };
        if (index.VectorType == VectorType.Sparse || attributes.HasSparseField)
            fields[IndexSchema.SparseField] = new IndexSchemaField { Type = IndexFieldTypes.SparseVector, Metric = "dotproduct" };

        // Older versions declare fields without a type, which this family cannot leave out.
        foreach (var (name, field) in attributes.Fields ?? new Dictionary<string, FieldAttributes>())
            fields[name] = new IndexSchemaField
            {
                Type = field.Type ?? IndexFieldTypes.String,
                Filterable = field.Filterable,
                Description = field.Description,
            };
        return fields;
    }

    private static IndexDeployment ToDeployment(DeploymentAttributes deployment) => new()
    {
        DeploymentType = deployment.Kind switch
        {
            DeploymentKind.Pod => IndexDeployment.Pod,
            DeploymentKind.Byoc => IndexDeployment.Byoc,
            _ => IndexDeployment.Managed,
        },
        Cloud = deployment.Cloud,
        Region = deployment.Region,
        Environment = deployment.Environment,
        PodType = deployment.PodType,
        Replicas = deployment.Replicas,
        Shards = deployment.Shards,
    };
}
