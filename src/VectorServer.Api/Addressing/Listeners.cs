using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using VectorServer.Api.Tls;
using VectorServer.Api.Wire;
using VectorServer.Storage;

namespace VectorServer.Api.Addressing;

/// <summary>
/// What Kestrel listens on, as a configuration it follows while running: an endpoint added here is opened, one removed is closed,
/// the others are untouched. Thread-safe.
/// </summary>
internal sealed class Listeners : ConfigurationProvider, IConfigurationSource
{
    // A request line holds 1000 ids of a fetch.
    private const int RequestLineBytesMax = 1 << 20;

    // The headers of all SDKs take less than 2 KB.
    private const int HeadersBytesMax = 32 << 10;
    private const int HeadersMax = 100;

    // Slower clients hold a connection for nothing: 100 times slower than an old modem.
    private const double BodyBytesPerSecondMin = 240;
    private const int StreamsMax = 100;

    // Of the process's file handles: one that has none left takes no connection ever again.
    private const int ConnectionsShare = 4;

    private static readonly TimeSpan BodyGracePeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);

    private readonly ServerOptions _options;
    private readonly IConfigurationRoot _configuration;
    private readonly Lock _lock = new();

    public Listeners(ServerOptions options)
    {
        _options = options;

        Addresses = BoundAddresses.Of(options.BindAddress);

        // Kestrel cannot choose a free port for the two addresses that localhost stands for.
        Place("main", Url(options is { Port: 0, BindAddress: "localhost" } ? "127.0.0.1" : options.BindAddress, options.Port));
        _configuration = new ConfigurationBuilder().Add(this).Build();
    }

    /// <summary>What the ports of indexes are opened on.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; }

    /// <summary>Kestrel serves this process, and so follows this configuration; an in-memory test server does not.</summary>
    public bool IsFollowed { get; private set; }

    /// <summary>All of Kestrel's settings: limits, and these endpoints.</summary>
    public void Configure(KestrelServerOptions kestrel)
    {
        IsFollowed = true;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax;
        kestrel.Limits.MaxRequestBufferSize = 2 * RequestLineBytesMax;
        kestrel.Limits.MaxRequestHeadersTotalSize = HeadersBytesMax;
        kestrel.Limits.MaxRequestHeaderCount = HeadersMax;
        kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = ProtocolSniffer.SilenceMax;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(BodyBytesPerSecondMin, BodyGracePeriod);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(BodyBytesPerSecondMin, BodyGracePeriod);
        kestrel.Limits.MaxConcurrentConnections = Math.Min(_options.Limits.ConnectionsMax, FileHandles.Spare / ConnectionsShare);
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsMax;
        kestrel.Limits.MaxRequestBodySize = (long)RequestBody.BytesMax + 1; // so that our own refusal comes first

        // One port for both versions of HTTP, and for TLS; the scheme stays http on HTTP/2 connections that the sniffer recognised.
        kestrel.AllowAlternateSchemes = true;
        kestrel.ConfigureEndpointDefaults(listener => UseProtocols(listener, kestrel.ApplicationServices));
        kestrel.Configure(_configuration, reloadOnChange: true);
    }

    // An endpoint for each address: of one whose address is a name, Kestrel (10.0) keeps parts for ever after it is closed.
    public void Open(int port)
    {
        lock (_lock)
        {
            foreach (var address in Addresses)
                Place(NameOf(address, port), Url(address.ToString(), port));
            OnReload();
        }
    }

    public void Close(int port)
    {
        lock (_lock)
        {
            foreach (var address in Addresses)
                Data.Remove(Key(NameOf(address, port)));
            OnReload();
        }
    }

    private void UseProtocols(ListenOptions listener, IServiceProvider services)
    {
        var time = services.GetRequiredService<TimeProvider>();
        if (_options.Tls.Mode == TlsMode.Off)
            ProtocolSniffer.Use(listener, time);
        else
            ProtocolSniffer.UseWithTls(listener, time, new TlsHandshakeCallbackOptions { OnConnection = services.GetRequiredService<TlsCertificates>().AnswerAsync });
    }

    IConfigurationProvider IConfigurationSource.Build(IConfigurationBuilder builder) => this;

    private void Place(string name, string url) => Data[Key(name)] = url;

    private static string Key(string name) => $"Endpoints:{name}:Url";

    // A colon would end the name.
    private static string NameOf(IPAddress address, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"index-{port}-{address.AddressFamily}");

    private static string Url(string address, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"http://{(address.Contains(':') ? $"[{address}]" : address)}:{port}");
}
