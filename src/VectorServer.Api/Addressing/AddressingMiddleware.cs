using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Addressing;

/// <summary>
/// Finds what a request addresses, before routing: (1) the family by the version header, (2) the index by port or host name,
/// (3) else by path, <c>/indexes/{index_name}/query</c> becoming <c>/query</c>, (4) else the index of the settings.
/// </summary>
internal sealed class AddressingMiddleware(RequestDelegate next, ServerOptions options, IndexPorts ports)
{
    private const string IndexesPrefix = "/indexes/";

    private readonly string _domainSuffix = "." + new HostString(options.Domain).Host;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        request.Path = WithoutRepeatedSlashes(request.Path);

        // Step 1: the family
        var version = ApiVersion.Read(request.Headers[ApiVersion.HeaderName]);

        // Step 2: port or host name
        var index = ports.IndexOn(context.Connection.LocalPort) ?? IndexOfHostName(request);
        var isIndexAddress = index is not null;

        // Step 3: path
        if (index is null && TrySplit(request.Path, out var named, out var rest))
        {
            index = named;
            request.Path = rest;
        }

        // Step 4: the index of the settings
        if (index is null && options.StartIndex is not null && DataPlanePaths.Contains(request.Path))
            index = StartIndex.Name;

        context.Features.Set(new RequestTarget(ApiVersion.FamilyOf(version), version, index) { IsIndexAddress = isIndexAddress });
        return next(context);
    }

    /// <summary>After routing: hides the control plane on the addresses of single indexes.</summary>
    public static Task GuardControlPlane(HttpContext context, RequestDelegate next)
    {
        var isControlPlane = context.GetEndpoint() is not null && context.GetPlane() == Plane.Control;
        return context.Target().IsIndexAddress && isControlPlane
            ? throw new WireException(WireError.NotFound, "This is the address of one index: the control plane is on the main port")
            : next(context);
    }

    private string? IndexOfHostName(HttpRequest request) =>
        options.Addressing == AddressingMode.Subdomain
        && request.Host.Host is var host
        && host.Length > _domainSuffix.Length
        && host.EndsWith(_domainSuffix, StringComparison.OrdinalIgnoreCase)
            ? host[..^_domainSuffix.Length].ToLowerInvariant()
            : null;

    // TypeScript sends "//indexes" when its base URL ends in a slash.
    private static PathString WithoutRepeatedSlashes(PathString path) =>
        path.Value is ['/', '/', ..] value ? new PathString("/" + value.TrimStart('/')) : path;

    private static bool TrySplit(PathString path, out string index, out PathString rest)
    {
        (index, rest) = ("", default);
        var text = path.Value ?? "";
        if (!text.StartsWith(IndexesPrefix, StringComparison.OrdinalIgnoreCase))
            return false;

        var slash = text.IndexOf('/', IndexesPrefix.Length);
        if (slash < 0)
            return false;

        (index, rest) = (text[IndexesPrefix.Length..slash], new PathString(text[slash..]));
        return DataPlanePaths.Contains(rest);
    }
}
