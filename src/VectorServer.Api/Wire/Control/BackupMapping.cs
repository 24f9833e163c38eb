using VectorServer.Api.Backups;
using VectorServer.Api.Indexes;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Control;

/// <summary>Backups and restore jobs to the models of each family.</summary>
internal static class BackupMapping
{
    public static BackupModel ToModel(this Backup backup)
    {
        var attributes = backup.IndexAttributes;
        var (cloud, region) = Place(attributes.Deployment);
        return new BackupModel
        {
            BackupId = backup.Id,
            SourceIndexName = backup.Index.Name,
            SourceIndexId = backup.Index.Id,
            Name = backup.Attributes.Name,
            Description = backup.Attributes.Description,
            Status = backup.Status.ToString(),
            Cloud = cloud,
            Region = region,
            Dimension = backup.Index.VectorType == VectorType.Sparse ? null : backup.Index.Dimension,
            Metric = backup.Index.Metric.ToWire(),
            Schema = IndexModelMapping.ToMetadataSchema(attributes.Fields),
            RecordCount = backup.Content?.RecordCount,
            NamespaceCount = backup.Content?.NamespaceCount,
            SizeBytes = backup.Content?.SizeBytes,
            Tags = attributes.Tags,
            CreatedAt = backup.CreatedAt,
        };
    }

    public static SchemaBackupModel ToSchemaModel(this Backup backup)
    {
        var attributes = backup.IndexAttributes;
        var (cloud, region) = Place(attributes.Deployment);
        return new SchemaBackupModel
        {
            BackupId = backup.Id,
            SourceIndexName = backup.Index.Name,
            SourceIndexId = backup.Index.Id,
            SourceIndexDeletedAt = backup.IndexDeletedAt,
            Name = backup.Attributes.Name,
            Description = backup.Attributes.Description,
            Status = backup.Status.ToString(),
            Cloud = cloud,
            Region = region,
            Schema = IndexModelMapping.ToSchema(backup.Index, attributes),
            RecordCount = backup.Content?.RecordCount,
            NamespaceCount = backup.Content?.NamespaceCount,
            SizeBytes = backup.Content?.SizeBytes,
            Tags = attributes.Tags,
            CreatedAt = backup.CreatedAt,
        };
    }

    public static RestoreJobModel ToModel(this RestoreJob job, ApiFamily family) => new()
    {
        RestoreJobId = job.Id,
        BackupId = job.BackupId,
        TargetIndexName = job.Target.Name,
        TargetIndexId = job.Target.Id,
        Status = job.Status.ToString(),
        CreatedAt = job.CreatedAt,
        CompletedAt = job.EndedAt,
        PercentComplete = job.Status switch
        {
            RestoreStatus.Completed => 100,
            RestoreStatus.Pending when family != ApiFamily.Schema => Math.Round(job.Progress * 100, 1),
            _ => null,
        },
    };

    public static CollectionModel ToCollectionModel(this Backup collection) => new()
    {
        Name = collection.CollectionName,
        Status = collection.Status.ToString(),
        Environment = collection.IndexAttributes.Deployment.Environment!,
        Size = collection.Content?.SizeBytes,
        Dimension = collection.Index.VectorType == VectorType.Sparse ? null : collection.Index.Dimension,
        VectorCount = collection.Content?.RecordCount,
    };

    /// <summary>Cloud and region, which every backup must name; an environment stands for both where there are none.</summary>
    public static (string Cloud, string Region) Place(DeploymentAttributes deployment) =>
        (deployment.Cloud ?? "byoc", deployment.Region ?? deployment.Environment!);
}
