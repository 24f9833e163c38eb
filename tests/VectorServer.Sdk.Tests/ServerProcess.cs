using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace VectorServer.Sdk.Tests;

/// <summary>The server as a user runs it: a process of its own, on real ports, with a data directory that outlives it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    public const string ApiKey = "sdk-test-key";

    private static readonly HttpClient Http = new();

    private readonly ChildProcess _process;

    private ServerProcess(ChildProcess process, int port)
    {
        _process = process;
        Url = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}");
    }

    /// <summary>Address of the control plane.</summary>
    public string Url { get; }

    /// <summary>Starts the server that was built with these tests and waits until it is ready.</summary>
    public static Task<ServerProcess> StartAsync(string dataDirectory, PortRange ports, params string[] settings) => StartAsync(
        "dotnet",
        dataDirectory,
        [
            Path.Combine(AppContext.BaseDirectory, "VectorServer.Api.dll"),
            "--port", ports.Main.ToString(CultureInfo.InvariantCulture),
            "--index-ports", ports.IndexPorts,
            "--data", dataDirectory,
            "--api-keys", ApiKey,
            .. settings,
        ],
        ports);

    /// <summary>Starts a server by a command that makes it listen on <paramref name="ports"/>, and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(
        string program, string workingDirectory, string[] arguments, PortRange ports, IReadOnlyDictionary<string, string>? environment = null)
    {
        var server = new ServerProcess(ChildProcess.Start(program, workingDirectory, arguments, environment), ports.Main);
        await server.WaitUntilReadyAsync();
        return server;
    }

    /// <summary>Asks the server to end, and waits until it did.</summary>
    public async Task StopAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            await KillAsync();
            return;
        }

        var signal = await ChildProcess.RunAsync("kill", Repository.Root, "-TERM", _process.Id.ToString(CultureInfo.InvariantCulture));
        signal.OutputOrThrow("kill -TERM");
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends the server without a chance to finish anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await IsReadyAsync(timeout.Token))
        {
            if (_process.HasExited || timeout.IsCancellationRequested)
            {
                await DisposeAsync();
                throw new InvalidOperationException($"The server did not become ready:{Environment.NewLine}{_process.Output}");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await Http.GetAsync($"{Url}/readyz", cancellation);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
