using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Validation;

/// <summary>What the specification calls invalid in <see cref="CreateIndexRequest"/>.</summary>
internal static class CreateIndexValidator
{
    /// <exception cref="WireException">400 for a value that breaks a rule, 404 for an unknown region.</exception>
    public static void Check(CreateIndexRequest request)
    {
        IndexRules.CheckName(request.Name);
        CheckVectors(request);
        IndexRules.CheckDeletionProtection(request.DeletionProtection);
        IndexRules.CheckTags(request.Tags);
        IndexRules.CheckTagCount(request.Tags?.Count ?? 0);
        CheckSpec(request.Spec);
        IndexRules.CheckCalibration(request.VsCalibration, request.Dimension ?? 0);
        if (request.VsCalibration is not null && (request.Spec.Serverless?.SourceCollection ?? request.Spec.Pod?.SourceCollection) is not null)
            throw WireException.Invalid("vs_calibration must not be set with source_collection: the index takes the collection's codes");
    }

    private static void CheckVectors(CreateIndexRequest request)
    {
        switch (request.VectorType)
        {
            case null or "dense":
                IndexRules.CheckDimension(request.Dimension);
                if (request.Metric is not null)
                    IndexRules.ParseMetric(request.Metric);
                break;
            case "sparse":
                if (request.Dimension is not null)
                    throw WireException.Invalid("Dimension must not be set for sparse indexes");
                if (request.Metric is not (null or "dotproduct"))
                    throw WireException.Invalid($"Sparse indexes must use metric dotproduct, got '{request.Metric}'");
                break;
            default:
                throw WireException.Invalid($"vector_type must be dense or sparse, got '{request.VectorType}'");
        }
    }

    private static void CheckSpec(IndexSpec spec)
    {
        var parts = (spec.Serverless is null ? 0 : 1) + (spec.Pod is null ? 0 : 1) + (spec.Byoc is null ? 0 : 1);
        if (parts != 1)
            throw WireException.Invalid("spec must hold exactly one of serverless, pod, byoc");

        if (spec.Serverless is { } serverless)
            CloudRegions.Check(serverless.Cloud, serverless.Region);
        if (spec.Pod is { } pod)
            CheckPod(pod);
        ReadCapacityRules.Check(spec.Serverless?.ReadCapacity ?? spec.Byoc?.ReadCapacity);
        MetadataSchemaRules.Check(spec.Serverless?.Schema ?? spec.Byoc?.Schema);
    }

    private static void CheckPod(PodSpec pod)
    {
        IndexRules.CheckPodType(pod.PodType);
        IndexRules.CheckAtLeastOne("replicas", pod.Replicas);
        IndexRules.CheckAtLeastOne("shards", pod.Shards);
        IndexRules.CheckAtLeastOne("pods", pod.Pods);
    }
}
