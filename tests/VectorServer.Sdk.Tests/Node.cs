using System.ComponentModel;

namespace VectorServer.Sdk.Tests;

/// <summary>Runs scripts with Node.js. Their packages are installed once, from the lock file beside them.</summary>
internal static class Node
{
    private static readonly SemaphoreSlim Installing = new(1, 1);

    /// <summary>Skips the test on a machine without Node.js.</summary>
    public static async Task RequireAsync()
    {
        try
        {
            await ChildProcess.RunAsync("node", Repository.Root, "--version");
        }
        catch (Win32Exception)
        {
            Assert.Skip("Node.js is not installed: the SDKs cannot run");
        }
    }

    /// <summary>Runs a script in the directory of its package.json and fails the test with its output when it fails.</summary>
    public static Task<string> RunAsync(string packageDirectory, string script, params string[] arguments) =>
        RunAsync(packageDirectory, script, arguments, environment: null);

    public static async Task<string> RunAsync(
        string packageDirectory, string script, string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        await InstallAsync(packageDirectory);
        var result = await ChildProcess.RunAsync("node", packageDirectory, [script, .. arguments], environment);
        Assert.True(result.ExitCode == 0, $"node {script} {string.Join(' ', arguments)} ended with exit code {result.ExitCode}:\n{result.Output}");
        return result.Output;
    }

    private static async Task InstallAsync(string packageDirectory)
    {
        await Installing.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (IsInstalled(packageDirectory))
                return;

            var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
            var result = await ChildProcess.RunAsync(npm, packageDirectory, "ci", "--no-audit", "--no-fund");
            result.OutputOrThrow($"npm ci in {packageDirectory}");
        }
        finally
        {
            Installing.Release();
        }
    }

    // npm writes this file last, so an interrupted installation is done again.
    private static bool IsInstalled(string packageDirectory)
    {
        var installed = new FileInfo(Path.Combine(packageDirectory, "node_modules", ".package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(packageDirectory, "package-lock.json"));
    }
}
