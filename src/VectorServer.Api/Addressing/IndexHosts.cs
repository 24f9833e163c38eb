namespace VectorServer.Api.Addressing;

/// <summary>The <c>host</c> that an index description shows: where its data plane is.</summary>
internal sealed class IndexHosts(ServerOptions options)
{
    /// <param name="request">The request answered: the client goes on by http or https as it came, and its host name stands in for a public
    /// host that is not set.</param>
    /// <param name="index">Name of the index.</param>
    /// <param name="port">The port of the index; null where it shares the main one.</param>
    public string HostOf(HttpRequest request, string index, int? port)
    {
        var address = options.Addressing == AddressingMode.Subdomain
            ? Subdomain(request, index)
            : $"{PublicHost(request)}:{port ?? MainPort(request)}";
        return options.BareHost ? address : (request.IsHttps ? "https://" : "http://") + address;
    }

    private string PublicHost(HttpRequest request) =>
        options.PublicHost ?? (request.Host.Host is { Length: > 0 } host ? host : "localhost");

    // The domain may name the public port of a proxy; else clients come back the way they came.
    private string Subdomain(HttpRequest request, string index)
    {
        var domain = new HostString(options.Domain);
        var port = domain.Port ?? (options.PublicHost is null ? request.Host.Port : MainPort(request));
        return port is null ? $"{index}.{domain.Host}" : $"{index}.{domain.Host}:{port}";
    }

    private int MainPort(HttpRequest request) => options.Port > 0 ? options.Port : request.Host.Port ?? (request.IsHttps ? 443 : 80);
}
