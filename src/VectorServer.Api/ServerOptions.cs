namespace VectorServer.Api;

/// <summary>All settings of the server.</summary>
internal sealed record ServerOptions
{
    /// <summary>Refuse data-plane bodies over the wire's 2 MB; false lifts it for local bulk loads.</summary>
    public bool EnforceSizeLimits { get; init; } = true;
}
