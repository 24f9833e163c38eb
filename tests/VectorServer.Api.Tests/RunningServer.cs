using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VectorServer.Api.Tests;

/// <summary>The server in a process of its own, over a data directory that outlives it, on ports that were free.</summary>
internal sealed class RunningServer : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private RunningServer(Process process, int port)
    {
        (_process, Port) = (process, port);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    /// <summary>All it logged so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<RunningServer> StartAsync(string dataDirectory)
    {
        var port = FreePort();
        var arguments = new[]
        {
            Path.Combine(AppContext.BaseDirectory, "VectorServer.Api.dll"), "--data", dataDirectory, "--addressing", "subdomain",
            "--port", port.ToString(CultureInfo.InvariantCulture),
        };
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        var server = new RunningServer(Process.Start(start)!, port);
        using var http = new HttpClient { BaseAddress = server.Address };
        while (!await IsReadyAsync(http))
        {
            Assert.False(server._process.HasExited, server.Output);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return server;
    }

    /// <summary>Asks it to stop, as an operator's <c>kill</c> or a container's stop does.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits until it takes no new connection.</summary>
    public async Task WaitUntilClosedAsync()
    {
        while (true)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                return;
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync("/readyz", TestContext.Current.CancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
