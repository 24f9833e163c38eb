using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using VectorServer.Api.Addressing;
using VectorServer.Storage;

namespace VectorServer.Api.Logging;

/// <summary>What an operator wants to know once the server listens: on a console a few lines, in a log of JSON one entry.</summary>
internal static partial class StartBanner
{
    public static void Announce(WebApplication app)
    {
        if (!app.Logger.IsEnabled(LogLevel.Information))
            return;

        var options = app.Services.GetRequiredService<ServerOptions>();
        var indexCount = app.Services.GetRequiredService<IStorageEngine>().Indexes.Count;
        var urls = Urls(app, options);
        if (options.LogsJson)
            LogStarted(app.Logger, ServerVersion.Text, options.DataDirectory, indexCount, options.IsOpen ? "off" : "keys", urls);
        else
            Console.Out.WriteLine(Text(options, indexCount, urls));
    }

    private static string Text(ServerOptions options, int indexCount, IReadOnlyList<string> urls)
    {
        var url = urls.FirstOrDefault("");
        var header = options.IsOpen ? "" : " -H 'Api-Key: YOUR-KEY'";
        return $"""

            VectorServer {ServerVersion.Text}
              data     {options.DataDirectory} ({indexCount} {(indexCount == 1 ? "index" : "indexes")})
              auth     {Auth(options)}
              address  {string.Join(", ", urls)}; {Indexes(options)}
              next     curl{header} {url}/indexes, or read {url}/docs

            """;
    }

    private static string Auth(ServerOptions options) => (options.ApiKeys.Count, options.KeysFile) switch
    {
        (0, null) => "off: any key works",
        (0, var file) => $"keys of {file}",
        (var count, null) => $"{count} {(count == 1 ? "key" : "keys")} of the settings",
        (var count, var file) => $"{count} {(count == 1 ? "key" : "keys")} of the settings, and the keys of {file}",
    };

    private static string Indexes(ServerOptions options) => options.Addressing switch
    {
        AddressingMode.Port => $"indexes on ports {options.IndexPortMin}-{options.IndexPortMax}",
        AddressingMode.Subdomain => $"indexes at INDEX.{options.Domain}",
        _ => "indexes below /indexes/INDEX",
    };

    /// <summary>Of the control plane; https first where there is no http.</summary>
    private static List<string> Urls(WebApplication app, ServerOptions options)
    {
        var ports = app.Services.GetRequiredService<IndexPorts>();
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        string[] schemes = options.Tls.Mode switch
        {
            TlsMode.Off => ["http"],
            TlsMode.On => ["http", "https"],
            _ => ["https"],
        };
        return
        [
            .. from address in bound.Select(BindingAddress.Parse)
               where ports.IndexOn(address.Port) is null
               from scheme in schemes
               select $"{scheme}://{address.Host}:{address.Port}",
        ];
    }

    [LoggerMessage(Level = LogLevel.Information, Message =
        "VectorServer {Version} serves {DataDirectory} with {IndexCount} indexes at {Urls}; auth: {Auth}")]
    private static partial void LogStarted(
        ILogger logger, string version, string dataDirectory, int indexCount, string auth, IReadOnlyList<string> urls);
}
