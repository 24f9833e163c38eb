namespace VectorServer.Api.Limits;

/// <summary>Metadata of an endpoint that takes something in, and is refused when memory is full.</summary>
internal sealed class GrowsMemory
{
    public static readonly GrowsMemory Instance = new();
}

internal static class GrowsMemoryExtensions
{
    public static TBuilder GrowsMemory<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(Limits.GrowsMemory.Instance);
}
