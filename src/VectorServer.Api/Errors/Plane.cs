using VectorServer.Api.Addressing;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Errors;

/// <summary>Which part of the wire an endpoint belongs to; decides the shape of its errors.</summary>
internal enum Plane
{
    /// <summary>Indexes, backups, inference: <c>{status, error: {code, message}}</c>.</summary>
    Control,

    /// <summary>Vectors, namespaces, imports: <c>{code, message, details}</c>.</summary>
    Data,

    /// <summary>Records and documents: as <see cref="Data"/> before 2026-07, as <see cref="Control"/> from then on.</summary>
    Records,
}

/// <summary>Marks endpoints with their <see cref="Plane"/> and reads the mark back.</summary>
internal static class PlaneExtensions
{
    /// <summary>A group whose endpoints belong to the control plane.</summary>
    public static RouteGroupBuilder MapControlPlane(this IEndpointRouteBuilder routes) => routes.MapGroup("").WithPlane(Plane.Control);

    /// <summary>A group whose endpoints belong to the data plane.</summary>
    public static RouteGroupBuilder MapDataPlane(this IEndpointRouteBuilder routes) => routes.MapGroup("").WithPlane(Plane.Data);

    public static TBuilder WithPlane<TBuilder>(this TBuilder builder, Plane plane)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new PlaneMetadata(plane));

    /// <summary>The plane that an endpoint's metadata tell; null for what is no operation of the wire.</summary>
    public static Plane? PlaneOf(IEnumerable<object> metadata) => metadata.OfType<PlaneMetadata>().LastOrDefault()?.Plane;

    /// <summary>Whether the request is for an operation of the wire.</summary>
    public static bool HasPlane(this HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<PlaneMetadata>() is not null;

    /// <summary>The plane of the endpoint; where none matched, of the address.</summary>
    public static Plane GetPlane(this HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<PlaneMetadata>()?.Plane
            ?? (context.Target().IndexName is null ? Plane.Control : Plane.Data);

    /// <summary>Whether errors of this request take the control plane's envelope.</summary>
    public static bool UsesEnvelope(this HttpContext context) => context.GetPlane() switch
    {
        Plane.Control => true,
        Plane.Records => context.Target().Family == ApiFamily.Schema,
        _ => false,
    };

    private sealed record PlaneMetadata(Plane Plane);
}
