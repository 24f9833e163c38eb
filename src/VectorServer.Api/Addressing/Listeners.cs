using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Addressing;

/// <summary>
/// What Kestrel listens on, as a configuration it follows while running: an endpoint added here is opened, one removed is closed,
/// the others are untouched. Thread-safe.
/// </summary>
internal sealed class Listeners : ConfigurationProvider, IConfigurationSource
{
    // A request line holds 1000 ids of a fetch.
    private const int RequestLineBytesMax = 1 << 20;

    private readonly string _bindAddress;
    private readonly IConfigurationRoot _configuration;
    private readonly Lock _lock = new();

    public Listeners(ServerOptions options)
    {
        _bindAddress = options.BindAddress;

        // Kestrel cannot choose a free port for the two addresses that localhost stands for.
        Place("main", Url(options is { Port: 0, BindAddress: "localhost" } ? "127.0.0.1" : _bindAddress, options.Port));
        _configuration = new ConfigurationBuilder().Add(this).Build();
    }

    /// <summary>Kestrel serves this process, and so follows this configuration; an in-memory test server does not.</summary>
    public bool IsFollowed { get; private set; }

    /// <summary>All of Kestrel's settings: limits, and these endpoints.</summary>
    public void Configure(KestrelServerOptions kestrel)
    {
        IsFollowed = true;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax;
        kestrel.Limits.MaxRequestBufferSize = 2 * RequestLineBytesMax;
        kestrel.Limits.MaxRequestBodySize = (long)RequestBody.BytesMax + 1; // so that our own refusal comes first

        // One port for both versions of HTTP; the scheme stays http on HTTP/2 connections that the sniffer recognised.
        kestrel.AllowAlternateSchemes = true;
        kestrel.ConfigureEndpointDefaults(ProtocolSniffer.Use);
        kestrel.Configure(_configuration, reloadOnChange: true);
    }

    public void Open(int port)
    {
        lock (_lock)
        {
            Place(NameOf(port), Url(_bindAddress, port));
            OnReload();
        }
    }

    public void Close(int port)
    {
        lock (_lock)
        {
            Data.Remove(Key(NameOf(port)));
            OnReload();
        }
    }

    IConfigurationProvider IConfigurationSource.Build(IConfigurationBuilder builder) => this;

    private void Place(string name, string url) => Data[Key(name)] = url;

    private static string Key(string name) => $"Endpoints:{name}:Url";

    private static string NameOf(int port) => string.Create(CultureInfo.InvariantCulture, $"index-{port}");

    private static string Url(string address, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"http://{(address.Contains(':') ? $"[{address}]" : address)}:{port}");
}
