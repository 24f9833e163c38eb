namespace VectorServer.Sdk.Tests;

/// <summary>The example of the repository, on the sample that comes with it.</summary>
public sealed class WordnetExampleTests : IDisposable
{
    private static readonly string Example = Repository.PathOf("tests", "examples", "wordnet");

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-wordnet-");

    [Fact]
    public async Task The_example_finds_the_exact_neighbours_and_the_same_answers_after_a_restart()
    {
        await Node.RequireAsync();
        var ports = PortRange.Take(8);
        var answers = Path.Combine(_data.FullName, "answers.json");
        await using (var server = await ServerProcess.StartAsync(_data.FullName, ports))
        {
            var report = await RunExampleAsync(server, "--keep", "--answers", answers);
            Assert.Contains("500 records of 512 dimensions, 50 queries", report, StringComparison.Ordinal);

            // A namespace this small is searched exactly at every level.
            Assert.Equal(3, report.Split("'1.0000'").Length - 1);
            await server.StopAsync();
        }

        await using var restarted = await ServerProcess.StartAsync(_data.FullName, ports);
        var comparison = await RunExampleAsync(restarted, "--query-only", "--compare", answers);

        Assert.Contains("spectral_k64: 50 of 50 answers are identical", comparison, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Delete(recursive: true);

    private static Task<string> RunExampleAsync(ServerProcess server, params string[] arguments) =>
        Node.RunAsync(Example, "load.mjs", ["--host", server.Url, "--api-key", ServerProcess.ApiKey, .. arguments]);
}
