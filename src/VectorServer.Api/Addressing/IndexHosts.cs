namespace VectorServer.Api.Addressing;

/// <summary>The <c>host</c> that an index description shows: where its data plane is.</summary>
internal sealed class IndexHosts(ServerOptions options)
{
    /// <param name="request">
    /// The request answered. Without a public URL, the client goes on by http or https as it came. Without a public host too, by the host
    /// name it used.
    /// </param>
    /// <param name="index">Name of the index.</param>
    /// <param name="port">The port of the index; null where it shares the main one.</param>
    public string HostOf(HttpRequest request, string index, int? port)
    {
        var address = options.Addressing switch
        {
            AddressingMode.Subdomain => Subdomain(request, index),
            AddressingMode.Path => $"{WithPort(PublicHost(request), WayIn(request))}/indexes/{index}",
            _ => $"{PublicHost(request)}:{port ?? options.PublicUrl?.Port ?? MainPort(request)}",
        };
        var isHttps = options.PublicUrl is { } url ? url.Scheme == Uri.UriSchemeHttps : request.IsHttps;
        return options.BareHost ? address : (isHttps ? "https://" : "http://") + address;
    }

    private string PublicHost(HttpRequest request) =>
        options.PublicHost ?? (request.Host.Host is { Length: > 0 } host ? host : "localhost");

    // The domain may name the public port of a proxy; else clients come back the way they came.
    private string Subdomain(HttpRequest request, string index)
    {
        var domain = new HostString(options.Domain);
        var port = domain.Port ?? (options.PublicHost is null || options.PublicUrl is not null ? WayIn(request) : MainPort(request));
        return WithPort($"{index}.{domain.Host}", port);
    }

    /// <summary>
    /// The port by which clients reach the main one, which a container or a proxy may have mapped; null for their scheme's own.
    /// </summary>
    private int? WayIn(HttpRequest request) => options.PublicUrl switch
    {
        null => request.Host.HasValue ? request.Host.Port : MainPort(request),
        { IsDefaultPort: true } when !options.BareHost => null, // without a scheme, a port has to be named
        var url => url.Port,
    };

    private int MainPort(HttpRequest request) => options.Port > 0 ? options.Port : request.Host.Port ?? (request.IsHttps ? 443 : 80);

    private static string WithPort(string host, int? port) => port is null ? host : $"{host}:{port}";
}
