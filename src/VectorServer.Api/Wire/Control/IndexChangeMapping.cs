using VectorServer.Api.Indexes;

namespace VectorServer.Api.Wire.Control;

/// <summary>Valid configure requests of all families to the one change that is applied.</summary>
internal static class IndexChangeMapping
{
    public static IndexChange ToChange(this ConfigureIndexRequest request) => new()
    {
        Kind = request.Spec switch
        {
            { Serverless: not null } => DeploymentKind.Serverless,
            { Pod: not null } => DeploymentKind.Pod,
            { Byoc: not null } => DeploymentKind.Byoc,
            _ => null,
        },
        Replicas = request.Spec?.Pod?.Replicas,
        PodType = request.Spec?.Pod?.PodType,
        ReadCapacity = request.Spec?.Serverless?.ReadCapacity ?? request.Spec?.Byoc?.ReadCapacity,
        DeletionProtection = ToFlag(request.DeletionProtection),
        Tags = request.Tags,
    };

    public static IndexChange ToChange(this SchemaConfigureIndexRequest request) => new()
    {
        Kind = request.Deployment is null ? null : DeploymentKind.Pod,
        Replicas = request.Deployment?.Replicas,
        PodType = request.Deployment?.PodType,
        ReadCapacity = request.ReadCapacity,
        DeletionProtection = ToFlag(request.DeletionProtection),
        Tags = request.Tags,
    };

    private static bool? ToFlag(string? deletionProtection) => deletionProtection is null ? null : deletionProtection == "enabled";
}
