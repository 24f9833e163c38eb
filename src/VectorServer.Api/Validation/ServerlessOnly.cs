using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Storage;

namespace VectorServer.Api.Validation;

/// <summary>Operations that the wire does not have for pod indexes.</summary>
internal static class ServerlessOnly
{
    /// <exception cref="WireException">The index says it is one of pods.</exception>
    public static void Check(IVectorIndex index, string operation)
    {
        if (IndexAttributes.Of(index.Descriptor).Deployment.Kind == DeploymentKind.Pod)
            throw WireException.Invalid($"Pod indexes do not support {operation}");
    }
}
