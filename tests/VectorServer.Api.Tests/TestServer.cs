using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Addressing;
using VectorServer.Api.Jobs;
using VectorServer.Storage;

namespace VectorServer.Api.Tests;

/// <summary>The whole server on a fresh data directory, in memory or on real ports; both go when it does.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplicationFactory<Program> _factory;
    private readonly string _directory;
    private readonly bool _ownsDirectory;

    private TestServer(WebApplicationFactory<Program> factory, string directory, bool ownsDirectory, HttpClient client) =>
        (_factory, _directory, _ownsDirectory, Client) = (factory, directory, ownsDirectory, client);

    /// <summary>Speaks to the main port.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => _factory.Services;

    /// <summary>Serves in memory: no ports are opened.</summary>
    public static TestServer Start(params (string Key, string Value)[] settings)
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-").FullName;
        var factory = Create(directory, settings);
        return new TestServer(factory, directory, ownsDirectory: true, factory.CreateClient());
    }

    /// <summary>Serves in memory, with services of the test's own.</summary>
    public static TestServer Start(Action<IServiceCollection> services, params (string Key, string Value)[] settings)
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-").FullName;
        var factory = Create(directory, settings, services: services);
        return new TestServer(factory, directory, ownsDirectory: true, factory.CreateClient());
    }

    /// <summary>Serves in memory a data directory that outlives the server, by a clock of the test's own.</summary>
    public static TestServer StartOn(string directory, TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        var factory = Create(directory, settings, time);
        return new TestServer(factory, directory, ownsDirectory: false, factory.CreateClient());
    }

    /// <summary>Listens on a port of its own, and on the ports of its indexes.</summary>
    /// <param name="directory">A data directory that outlives the server; null for a fresh one.</param>
    /// <param name="settings">Names as in appsettings.json, without the section.</param>
    public static TestServer Listen(string? directory, params (string Key, string Value)[] settings) => Listen(directory, null, settings);

    /// <summary>Listens, with services of the test's own.</summary>
    public static TestServer Listen(string? directory, Action<IServiceCollection>? services, params (string Key, string Value)[] settings)
    {
        var dataDirectory = directory ?? Directory.CreateTempSubdirectory("vectorserver-").FullName;
        var factory = Create(dataDirectory, [("Port", "0"), .. settings], services: services);
        factory.UseKestrel();
        factory.StartServer();
        var addresses = factory.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var ports = factory.Services.GetRequiredService<IndexPorts>();
        var main = addresses.Select(address => new Uri(address)).Single(address => ports.IndexOn(address.Port) is null);
        var client = new HttpClient { BaseAddress = new UriBuilder(main) { Scheme = "http" }.Uri }; // also where it is named by https
        return new TestServer(factory, dataDirectory, directory is null, client);
    }

    public Task<Answer> GetAsync(string path, string? version = null) => SendAsync(HttpMethod.Get, path, null, version);

    public Task<Answer> PostAsync(string path, string json, string? version = null) => SendAsync(HttpMethod.Post, path, json, version);

    public Task<Answer> PatchAsync(string path, string json, string? version = null) => SendAsync(HttpMethod.Patch, path, json, version);

    public Task<Answer> DeleteAsync(string path, string? version = null) => SendAsync(HttpMethod.Delete, path, null, version);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? json, string? version)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        if (version is not null)
            request.Headers.Add("X-Pinecone-Api-Version", version);
        return await SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request);
        return new Answer(
            (int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType, response.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Services.GetRequiredService<BackgroundJobs>().StopAsync(CancellationToken.None);

        // The factory and Program both dispose the host, and the second to come does not wait for the first: wait for the files here.
        await Services.GetRequiredService<VectorEngine>().DisposeAsync();
        await _factory.DisposeAsync();
        if (_ownsDirectory)
            Directory.Delete(_directory, recursive: true);
    }

    private static WebApplicationFactory<Program> Create(
        string directory, (string Key, string Value)[] settings, TimeProvider? time = null, Action<IServiceCollection>? services = null) =>
        new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("VectorServer:DataDirectory", directory);
            host.UseSetting("Serilog:MinimumLevel:Default", "Error");
            foreach (var (key, value) in settings)
                host.UseSetting($"VectorServer:{key}", value);
            if (services is not null)
                host.ConfigureTestServices(services);
            if (time is not null)
                host.ConfigureTestServices(services => services.AddSingleton(time));
        });
}

/// <summary>What came back.</summary>
internal sealed record Answer(int Status, string Body, string? ContentType, System.Net.Http.Headers.HttpResponseHeaders Headers)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);
}
