using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Validation;

/// <summary>
/// What the specification calls invalid in the two configure requests. Whether the change suits the index is for
/// <see cref="Indexes.IndexChange"/>, which knows it.
/// </summary>
internal static class ConfigureIndexValidator
{
    public static void Check(ConfigureIndexRequest request)
    {
        if (request.Embed is not null)
            throw WireException.NotOffered("Integrated embedding is not offered by this server: embed");

        var spec = request.Spec;
        var parts = (spec?.Serverless is null ? 0 : 1) + (spec?.Pod is null ? 0 : 1) + (spec?.Byoc is null ? 0 : 1);
        if (spec is not null && parts != 1)
            throw WireException.Invalid("spec must hold exactly one of serverless, pod, byoc");
        CheckPod(spec?.Pod);
        ReadCapacityRules.Check(spec?.Serverless?.ReadCapacity ?? spec?.Byoc?.ReadCapacity);
        IndexRules.CheckDeletionProtection(request.DeletionProtection);
        IndexRules.CheckTags(request.Tags);
    }

    public static void Check(SchemaConfigureIndexRequest request)
    {
        if (request.Schema is not null)
            throw WireException.NotOffered("Integrated embedding is not offered by this server: schema");

        CheckPod(request.Deployment);
        ReadCapacityRules.Check(request.ReadCapacity);
        IndexRules.CheckDeletionProtection(request.DeletionProtection);
        IndexRules.CheckTags(request.Tags);
    }

    private static void CheckPod(ConfigurePod? pod)
    {
        if (pod?.PodType is not null)
            IndexRules.CheckPodType(pod.PodType);
        IndexRules.CheckAtLeastOne("replicas", pod?.Replicas);
    }
}
