namespace VectorServer.Api.Auth;

/// <summary>Metadata of an endpoint: which role it takes. An endpoint that does not say so takes an administrator.</summary>
/// <param name="Role">The least role that may call it.</param>
/// <param name="ChecksIndexes">
/// It looks after the indexes of the key itself, since its address names none: by <see cref="RequestAccessExtensions.CheckCovers"/>, or by showing only
/// what the key covers. Any other endpoint without an index in its address is closed to keys that are for some indexes only.
/// </param>
internal sealed record RequiredRole(KeyRole Role, bool ChecksIndexes)
{
    public static readonly RequiredRole Unstated = new(KeyRole.Admin, ChecksIndexes: false);
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
