using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Storage;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in a request for statistics.</summary>
internal static class StatsValidator
{
    public static void Check(Filter? filter, IndexDescriptor index)
    {
        if (filter is not null && IndexAttributes.Of(index).Deployment.Kind != DeploymentKind.Pod)
            throw WireException.Invalid("Serverless indexes do not support describing index stats with a metadata filter");
    }
}
