using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace VectorServer.Api.Tests;

/// <summary>The server in a process of its own, over a data directory that outlives it, on ports that were free.</summary>
internal sealed class RunningServer : IDisposable
{
    private static readonly TimeSpan EndMax = TimeSpan.FromMinutes(5);

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

    public int ProcessId => _process.Id;

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
    /// <param name="dataDirectory">Its data.</param>
    /// <param name="fileHandles">How many it may have; null for as many as the test has.</param>
    /// <param name="environment">Variables it has beside those of the test.</param>
    public static async Task<RunningServer> StartAsync(
        string dataDirectory, int? fileHandles = null, params (string Name, string Value)[] environment)
    {
        var server = Begin(dataDirectory, fileHandles, environment);
        await server.WaitUntilReadyAsync();
        return server;
    }

    /// <summary>Starts it in a working directory of its own, with further arguments, and waits until it is ready.</summary>
    public static async Task<RunningServer> StartInAsync(string workingDirectory, string[] args, params (string Name, string Value)[] environment)
    {
        var server = Begin(Path.Combine(workingDirectory, "data"), null, environment, workingDirectory, args);
        await server.WaitUntilReadyAsync();
        return server;
    }

    /// <summary>Starts it and does not wait.</summary>
    public static RunningServer Begin(string dataDirectory, int? fileHandles = null, params (string Name, string Value)[] environment) =>
        Begin(dataDirectory, fileHandles, environment, "", []);

    private static RunningServer Begin(
        string dataDirectory, int? fileHandles, (string Name, string Value)[] environment, string workingDirectory, string[] args)
    {
        var port = FreePort();
        string[] command =
        [
            .. fileHandles is null ? (string[])[] : ["sh", "-c", $"ulimit -n {fileHandles} && exec \"$@\"", "sh"],
            "dotnet", Path.Combine(AppContext.BaseDirectory, "VectorServer.Api.dll"), "--data", dataDirectory, "--addressing", "subdomain",
            "--port", port.ToString(CultureInfo.InvariantCulture), .. args,
        ];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = workingDirectory,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new RunningServer(Process.Start(start)!, port);
    }

    /// <summary>Creates the index <c>things</c>.</summary>
    public async Task CreateIndexAsync(int dimension, string metric)
    {
        using var http = new HttpClient { BaseAddress = Address };
        using var content = new StringContent(
            $$$"""{"name": "things", "dimension": {{{dimension}}}, "metric": "{{{metric}}}", "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }""",
            Encoding.UTF8,
            "application/json");
        using var response = await http.PostAsync("/indexes", content, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>All ids in the default namespace of <c>things</c>, by pages of 100.</summary>
    public async Task<List<string>> ListIdsAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        var ids = new List<string>();
        for (var next = ""; ;)
        {
            using var page = JsonDocument.Parse(await http.GetStringAsync($"/indexes/things/vectors/list?limit=100{next}", TestContext.Current.CancellationToken));
            if (page.RootElement.TryGetProperty("vectors", out var vectors))
                ids.AddRange(vectors.EnumerateArray().Select(vector => vector.GetProperty("id").GetString()!));
            if (!page.RootElement.TryGetProperty("pagination", out var pagination))
                return ids;
            next = "&paginationToken=" + Uri.EscapeDataString(pagination.GetProperty("next").GetString()!);
        }
    }

    /// <summary>Asks it to stop, as an operator's <c>kill</c> or a container's stop does.</summary>
    /// <summary>Whether this process, and so each that it starts, was told to ignore SIGHUP, as <c>nohup</c> does.</summary>
    public static bool IgnoresHangups()
    {
        const string field = "SigIgn:";
        return OperatingSystem.IsLinux()
            && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal)) is { } line
            && (ulong.Parse(line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1) != 0; // signal 1
    }

    public void Terminate() => Signal("TERM");

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits until its output has a text.</summary>
    /// <exception cref="TimeoutException">It does not say so.</exception>
    public async Task UntilItSaysAsync(string text)
    {
        for (var started = Stopwatch.GetTimestamp(); !Output.Contains(text, StringComparison.Ordinal);)
        {
            if (Stopwatch.GetElapsedTime(started) > EndMax)
                throw new TimeoutException($"It does not say '{text}': {Output}");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
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
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(EndMax);
        return _process.ExitCode;
    }

    /// <summary>Asks it to stop, waits, and gives the lines it wrote.</summary>
    public async Task<string[]> StopAsync()
    {
        Terminate();
        await WaitForExitAsync();
        return Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        while (!await IsReadyAsync(http))
        {
            if (_process.HasExited)
                await _process.WaitForExitAsync(TestContext.Current.CancellationToken); // for the last of its output
            Assert.False(_process.HasExited, Output);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
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
