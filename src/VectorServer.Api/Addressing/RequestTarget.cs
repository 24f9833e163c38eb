using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Api.Wire;
using VectorServer.Storage;

namespace VectorServer.Api.Addressing;

/// <summary>What a request addresses, found once from its port, host name, path and version header, and kept as a request feature.</summary>
/// <param name="Family">The wire family of the answer.</param>
/// <param name="ApiVersion">The version asked for, as sent; empty when absent.</param>
/// <param name="IndexName">The index addressed, or null on the control plane.</param>
internal sealed record RequestTarget(ApiFamily Family, string ApiVersion, string? IndexName)
{
    /// <summary>The request came to an address that is one index's alone (its port or host name), where there is no control plane.</summary>
    public bool IsIndexAddress { get; init; }
}

internal static class RequestTargetExtensions
{
    public static RequestTarget Target(this HttpContext context) =>
        context.Features.Get<RequestTarget>() ?? new RequestTarget(ApiFamily.Classic, "", null);

    /// <summary>The open index a data-plane request addresses.</summary>
    /// <exception cref="WireException">No index is addressed, or it does not exist: 404. It is still being restored: 503.</exception>
    public static IVectorIndex TargetIndex(this HttpContext context)
    {
        var name = context.Target().IndexName
            ?? throw new WireException(WireError.NotFound, "No index is addressed: use the index's own host from GET /indexes/{index_name}");
        return context.RequestServices.GetRequiredService<IndexCatalog>().Open(name);
    }
}
