namespace VectorServer.Api.Limits;

/// <summary>Metadata of an endpoint, of gRPC as an attribute, that takes something in, and is refused when memory is full.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GrowsMemory : Attribute
{
    public static readonly GrowsMemory Instance = new();
}

internal static class GrowsMemoryExtensions
{
    public static TBuilder GrowsMemory<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(Limits.GrowsMemory.Instance);
}
