using Microsoft.AspNetCore.Connections.Features;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Tls;

/// <summary>
/// Where only TLS is wanted, refuses what came without it, in a form that the client can read. Probes and the contract, which need no
/// key, are answered either way.
/// </summary>
internal sealed class TlsOnlyMiddleware(RequestDelegate next, ServerOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isRefused = options.Tls.Mode == TlsMode.Only
            && context.Features.Get<ITlsHandshakeFeature>() is null
            && context.GetEndpoint()?.Metadata.GetMetadata<PublicEndpoint>() is null;
        return isRefused ? throw context.RefusedUnseen(WireException.Invalid("This server is reached by https:// only")) : next(context);
    }
}
