namespace VectorServer.Api.Auth;

/// <summary>Metadata of an endpoint, of gRPC as an attribute: which role it takes. An endpoint that does not say so takes an administrator.</summary>
/// <param name="role">The least role that may call it.</param>
/// <param name="checksIndexes">
/// It looks after the indexes of the key itself, since its address names none: by <see cref="RequestAccessExtensions.CheckCovers"/>, or by showing only
/// what the key covers. Any other endpoint without an index in its address is closed to keys that are for some indexes only.
/// </param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiredRole(KeyRole role, bool checksIndexes = false) : Attribute
{
    public static readonly RequiredRole Unstated = new(KeyRole.Admin);

    public KeyRole Role => role;

    public bool ChecksIndexes => checksIndexes;
}

internal static class RequiredRoleExtensions
{
    /// <summary>States the role; the innermost statement counts.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder builder, KeyRole role, bool checksIndexes = false)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequiredRole(role, checksIndexes));
}

/// <summary>Metadata of an endpoint that needs no key.</summary>
internal sealed class PublicEndpoint
{
    public static readonly PublicEndpoint Instance = new();
}
