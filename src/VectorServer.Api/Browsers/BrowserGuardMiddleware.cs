using System.Net;
using Microsoft.Extensions.Primitives;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Browsers;

/// <summary>
/// A server without keys trusts whoever reaches it, and a browser on this machine reaches it for every page that it shows. So it refuses what
/// pages of other origins send, and, listening to this machine only, host names of the outside world, by which such a page would pass for
/// one of its own (DNS rebinding). Where keys are asked for, no page has one.
/// </summary>
internal sealed class BrowserGuardMiddleware(RequestDelegate next, ServerOptions options)
{
    // Which the public DNS does not have.
    private static readonly string[] LocalDomains = ["localhost", "test", "internal"];

    private readonly string _domain = new HostString(options.Domain).Host;

    public Task InvokeAsync(HttpContext context)
    {
        if (!options.IsOpen)
            return next(context);

        var request = context.Request;
        if (IsOfOtherOrigin(request.Headers.Origin, request.Host))
            throw Refused(context, $"A server without keys takes nothing from pages of other origins; {ServerSettings.ApiKeys.Environment} sets keys");
        if (options.IsLoopback && !IsNameOfThisMachine(request.Host.Host))
            throw Refused(
                context,
                $"A server without keys is not reached as '{request.Host.Host}'; set {ServerSettings.ApiKeys.Environment}, or "
                + $"{ServerSettings.Domain.Environment} or {ServerSettings.PublicHost.Environment} to this name");
        return next(context);
    }

    private static WireException Refused(HttpContext context, string message) =>
        context.RefusedUnseen(new WireException(WireError.PermissionDenied, message));

    private static bool IsOfOtherOrigin(StringValues origin, HostString host) =>
        origin.Count > 0 && !(Uri.TryCreate(origin[0], UriKind.Absolute, out var uri) && uri.Authority.Equals(AuthorityOf(uri.Scheme, host), StringComparison.OrdinalIgnoreCase));

    // Origins leave out the port that their scheme has anyway.
    private static string AuthorityOf(string scheme, HostString host) =>
        host.Port == (scheme == Uri.UriSchemeHttps ? 443 : 80) ? host.Host : host.Value ?? "";

    // Names without a dot are given by this machine or its network, never by the public DNS.
    private bool IsNameOfThisMachine(string host) =>
        !host.Contains('.', StringComparison.Ordinal)
        || IPAddress.TryParse(host.Trim('[', ']'), out _)
        || LocalDomains.Any(domain => IsWithin(host, domain))
        || IsWithin(host, _domain)
        || host.Equals(options.PublicHost, StringComparison.OrdinalIgnoreCase);

    private static bool IsWithin(string host, string domain) =>
        host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase);
}
