using Microsoft.AspNetCore.HttpOverrides;

namespace VectorServer.Api.Addressing;

/// <summary>
/// Behind a reverse proxy, a request is taken for what its client sent: address, scheme and host come from <c>X-Forwarded-For</c>,
/// <c>-Proto</c> and <c>-Host</c>. Anybody can write these headers, so only those of the proxies that the settings name are believed.
/// </summary>
internal static class ForwardedClients
{
    /// <summary>Placed before everything that looks at address, scheme or host.</summary>
    public static void UseForwardedClients(this IApplicationBuilder app, ServerOptions options)
    {
        if (options.TrustedProxies.Count == 0)
            return;

        // Of a chain of proxies, each address is believed only if the one behind it is trusted: the chain may be as long as it is.
        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };
        forwarded.KnownProxies.Clear(); // the framework trusts this machine unasked
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
            forwarded.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(forwarded);
    }
}
