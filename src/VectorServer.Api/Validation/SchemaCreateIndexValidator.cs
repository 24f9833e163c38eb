using System.Text;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Validation;

/// <summary>What the specification calls invalid in <see cref="SchemaCreateIndexRequest"/>, and what is not offered of it.</summary>
internal static class SchemaCreateIndexValidator
{
    private const int FieldNameBytesMax = 64;
    private const int DescriptionBytesMax = 256;

    /// <exception cref="WireException">400 for a value that breaks a rule, 404 for an unknown region.</exception>
    public static void Check(SchemaCreateIndexRequest request)
    {
        if (request.Name is not null)
            IndexRules.CheckName(request.Name);
        if (request.SourceCollection is not null || request.SourceBackupId is not null)
            throw WireException.NotOffered("Creating an index from collection or backup is not yet supported");
        CheckFields(request.Schema.Fields);
        CheckDeployment(request.Deployment);
        ReadCapacityRules.Check(request.ReadCapacity);
        IndexRules.CheckDeletionProtection(request.DeletionProtection);
        IndexRules.CheckTags(request.Tags);
        IndexRules.CheckTagCount(request.Tags?.Count ?? 0);
        if (request.CmekId is not null)
            throw WireException.NotOffered("Customer-managed encryption keys are not offered by this server");
        IndexRules.CheckCalibration(request.VsCalibration, request.Schema.Fields.GetValueOrDefault(IndexSchema.DenseField)?.Dimension ?? 0);
    }

    private static void CheckFields(IReadOnlyDictionary<string, IndexSchemaField> fields)
    {
        if (fields.FirstOrDefault(field => field.Value is null).Key is { } nameless)
            throw WireException.Invalid($"Schema field '{nameless}' must be an object");

        CheckVectorCounts(fields);
        foreach (var (name, field) in fields)
            CheckField(name, field);

        MetadataSchemaRules.CheckCount(fields.Count(field => IndexFieldTypes.Metadata.Contains(field.Value.Type)));

        var dense = fields.GetValueOrDefault(IndexSchema.DenseField);
        if (dense is null && !fields.ContainsKey(IndexSchema.SparseField))
            throw WireException.NotOffered(
                $"The documents API is not offered by this server: the schema must have a field '{IndexSchema.DenseField}' or '{IndexSchema.SparseField}'");
        if (dense is not null && dense.Metric != "dotproduct" && fields.ContainsKey(IndexSchema.SparseField))
            throw WireException.Invalid(
                $"Dense and sparse vectors together need metric dotproduct, got '{dense.Metric}' for field '{IndexSchema.DenseField}'");
    }

    private static void CheckField(string name, IndexSchemaField field)
    {
        if (Encoding.UTF8.GetByteCount(name) > FieldNameBytesMax)
            throw WireException.Invalid($"Schema field names must be at most {FieldNameBytesMax} bytes, got '{name}'");
        if (Encoding.UTF8.GetByteCount(field.Description ?? "") > DescriptionBytesMax)
            throw WireException.Invalid($"The description of schema field '{name}' must be at most {DescriptionBytesMax} bytes");

        switch (field.Type)
        {
            case IndexFieldTypes.DenseVector:
                CheckVectorName(name, IndexSchema.DenseField);
                IndexRules.CheckDimension(field.Dimension);
                IndexRules.ParseMetric(field.Metric ?? throw WireException.Invalid($"Metric is required for schema field '{name}'"));
                break;
            case IndexFieldTypes.SparseVector:
                CheckVectorName(name, IndexSchema.SparseField);
                if (field.Metric is not (null or "dotproduct"))
                    throw WireException.Invalid($"Sparse vectors must use metric dotproduct, got '{field.Metric}' for field '{name}'");
                break;
            case IndexFieldTypes.SemanticText:
                throw WireException.NotOffered("Integrated embedding is not offered by this server: schema field type semantic_text");
            default:
                CheckMetadataField(name, field);
                break;
        }
    }

    private static void CheckVectorName(string name, string classicName)
    {
        if (name == classicName)
            return;
        if (name.StartsWith('_') || name.StartsWith('$') || name.Length == 0)
            MetadataSchemaRules.CheckName(name);
        throw WireException.NotOffered(
            $"The documents API is not offered by this server: name the vector field '{classicName}', not '{name}'");
    }

    private static void CheckMetadataField(string name, IndexSchemaField field)
    {
        if (!IndexFieldTypes.Metadata.Contains(field.Type))
            throw WireException.Invalid($"Schema field '{name}' has the unknown type '{field.Type}'");
        MetadataSchemaRules.CheckName(name);
        if (field.FullTextSearch is not null)
            throw WireException.NotOffered($"Full-text search is not offered by this server: schema field '{name}'");
    }

    private static void CheckVectorCounts(IReadOnlyDictionary<string, IndexSchemaField> fields)
    {
        foreach (var type in (string[])[IndexFieldTypes.DenseVector, IndexFieldTypes.SparseVector])
        {
            var count = fields.Count(field => field.Value.Type == type);
            if (count > 1)
                throw WireException.Invalid($"A schema can have at most one field of type {type}, got {count}");
        }
    }

    private static void CheckDeployment(IndexDeployment? deployment)
    {
        switch (deployment?.DeploymentType)
        {
            case null:
                break;
            case IndexDeployment.Managed:
                CloudRegions.Check(Required(deployment.Cloud, "cloud"), Required(deployment.Region, "region"));
                break;
            case IndexDeployment.Byoc:
                Required(deployment.Environment, "environment");
                break;
            case IndexDeployment.Pod:
                throw WireException.Invalid("Pod indexes cannot be created from API version 2026-07 on");
            default:
                throw WireException.Invalid($"deployment.deployment_type must be managed or byoc, got '{deployment.DeploymentType}'");
        }
    }

    private static string Required(string? value, string field) => value ?? throw new WireException(
        WireError.UnprocessableEntity, $"Failed to deserialize the JSON body into the target type: deployment: missing field `{field}`");
}
