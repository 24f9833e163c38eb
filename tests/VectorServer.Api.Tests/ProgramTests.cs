using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace VectorServer.Api.Tests;

/// <summary>The program as an operator runs it, in a process of its own.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task Open_to_the_network_it_refuses_to_start_with_one_clear_line()
    {
        var (exitCode, error, _) = await RunAsync("--bind", "0.0.0.0");

        Assert.Equal(1, exitCode);
        Assert.Contains("without API keys", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_data_directory_in_use_is_refused_with_one_clear_line()
    {
        using var data = new TempData();
        await using var holder = TestServer.Start(("DataDirectory", data.Path));
        await holder.GetAsync("/indexes");

        var (exitCode, error, _) = await RunAsync("--data", data.Path, "--port", "0");

        Assert.Equal(1, exitCode);
        Assert.Contains("in use by another process", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_is_refused_with_one_clear_line()
    {
        using var data = new TempData();

        var (exitCode, error, _) = await RunAsync("--data", data.Path, "--port", "0", "--tls-certificate", Path.Combine(data.Path, "missing.pem"));

        Assert.Equal(1, exitCode);
        Assert.Contains("missing.pem cannot be read", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_port_in_use_is_refused_with_one_clear_line()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        using var data = new TempData();

        var (exitCode, error, output) = await RunAsync("--data", data.Path, "--bind", "127.0.0.1", "--port", port);

        Assert.Equal(1, exitCode);
        Assert.Contains($":{port}", error, StringComparison.Ordinal);
        Assert.Contains("in use", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    /// <summary>Linux gives a user few watches on files (128), and each container of a host takes from the same.</summary>
    [Fact]
    public async Task It_watches_no_files()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a process has open");
        using var data = new TempData();
        using var server = await RunningServer.StartAsync(data.Path);

        var open = Directory.GetFiles($"/proc/{server.ProcessId}/fd").Select(file => new FileInfo(file).LinkTarget).ToList();

        Assert.Contains(open, target => target?.StartsWith("socket:", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(open, target => target?.Contains("inotify", StringComparison.Ordinal) == true);
    }

    private static async Task<(int ExitCode, string Error, string Output)> RunAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "VectorServer.Api.dll"), .. args])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error, await output);
    }
}
