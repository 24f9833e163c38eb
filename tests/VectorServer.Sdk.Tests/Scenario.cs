using System.Globalization;

namespace VectorServer.Sdk.Tests;

/// <summary>A script under js/scenarios, run with one major version of the SDK.</summary>
internal static class Scenario
{
    private static readonly string PackageDirectory = Repository.PathOf("tests", "VectorServer.Sdk.Tests", "js");

    /// <summary>Runs it to its end and returns what it printed; an assertion of the script that fails, fails the test.</summary>
    public static Task<string> RunAsync(string name, int major, string url, params string[] arguments) =>
        RunAsync(name, major, url, arguments, environment: null);

    public static async Task<string> RunAsync(
        string name, int major, string url, string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        await Node.RequireAsync();
        var sdk = major.ToString(CultureInfo.InvariantCulture);
        return await Node.RunAsync(
            PackageDirectory,
            Path.Combine("scenarios", $"{name}.mjs"),
            ["--sdk", sdk, "--host", url, "--key", ServerProcess.ApiKey, "--index", $"{name}-{sdk}", .. arguments],
            environment);
    }
}
