using System.Text.RegularExpressions;

namespace VectorServer.Sdk.Tests;

/// <summary>What README and the page on clients tell a reader to type, typed: against a server without keys, with nothing changed but the address.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public Task The_curl_requests_answer_what_was_written() => WithServerAsync(async address =>
    {
        var script = Block("sh", "README.md").Replace("localhost:5080", address, StringComparison.Ordinal).Replace("curl ", "curl -sS --fail-with-body ", StringComparison.Ordinal);

        var result = await ChildProcess.RunAsync("bash", Path.GetTempPath(), "-e", "-c", script);

        Assert.Contains("\"genre\":\"drama\"", result.OutputOrThrow("README's curl requests"), StringComparison.Ordinal);
    });

    [Fact]
    public async Task The_TypeScript_program_finds_what_it_wrote()
    {
        await Node.RequireAsync();
        var packages = Repository.PathOf("tests", "VectorServer.Sdk.Tests", "js");
        await WithServerAsync(async address =>
        {
            var program = Block("ts", "docs", "connect.md")
                .Replace("localhost:5080", address, StringComparison.Ordinal)
                .Replace("@pinecone-database/pinecone", "pinecone-9", StringComparison.Ordinal);
            var path = Path.Combine(packages, $"readme-{Guid.NewGuid():N}.mjs"); // beside the packages it imports
            await File.WriteAllTextAsync(path, program, TestContext.Current.CancellationToken);
            try
            {
                Assert.Contains("id: 'm1'", await Node.RunAsync(packages, path), StringComparison.Ordinal);
            }
            finally
            {
                File.Delete(path);
            }
        });
    }

    private static async Task WithServerAsync(Func<string, Task> use)
    {
        var data = Directory.CreateTempSubdirectory("vectorserver-readme-");
        var ports = PortRange.Take(5);
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "VectorServer.Api.dll"),
            "--port", ports.Main.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--index-ports", ports.IndexPorts,
        ];
        await using (var server = await ServerProcess.StartAsync("dotnet", data.FullName, arguments, ports))
            await use(new Uri(server.Url).Authority);
        data.Delete(recursive: true);
    }

    /// <summary>A page's one fenced block of a language.</summary>
    private static string Block(string language, params string[] page) =>
        Assert.Single(Fences().Matches(File.ReadAllText(Repository.PathOf(page))), fence => fence.Groups[1].Value == language).Groups[2].Value;

    [GeneratedRegex("^```(\\w+)\\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();
}
