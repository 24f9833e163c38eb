using System.Diagnostics;

namespace VectorServer.Api.Tests;

/// <summary>The program as an operator runs it, in a process of its own.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task Open_to_the_network_it_refuses_to_start_with_one_clear_line()
    {
        var (exitCode, error) = await RunAsync("--bind", "0.0.0.0");

        Assert.Equal(1, exitCode);
        Assert.Contains("without API keys", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_data_directory_in_use_is_refused_with_one_clear_line()
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-").FullName;
        try
        {
            await using var holder = TestServer.Start(("DataDirectory", directory));
            await holder.GetAsync("/indexes");

            var (exitCode, error) = await RunAsync("--data", directory, "--port", "0");

            Assert.Equal(1, exitCode);
            Assert.Contains("in use by another process", error, StringComparison.Ordinal);
            Assert.Single(error.Trim().Split('\n'));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_is_refused_with_one_clear_line()
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-").FullName;
        try
        {
            var (exitCode, error) = await RunAsync("--data", directory, "--port", "0", "--tls-certificate", Path.Combine(directory, "missing.pem"));

            Assert.Equal(1, exitCode);
            Assert.Contains("missing.pem cannot be read", error, StringComparison.Ordinal);
            Assert.Single(error.Trim().Split('\n'));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "VectorServer.Api.dll"), .. args])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, error);
    }
}
