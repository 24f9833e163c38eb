namespace VectorServer.Sdk.Tests;

/// <summary>Clients that reach one port only, such as a container's: the host of an index is a path on the main port.</summary>
public sealed class PathAddressingTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-path-");

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public async Task The_sdk_takes_an_address_with_a_path(int major)
    {
        await using var server = await ServerProcess.StartAsync(_data.FullName, PortRange.Take(2), "--addressing", "path");

        foreach (var scenario in (string[])["records", "queries", "listing", "namespaces"])
            await Scenario.RunAsync(scenario, major, server.Url);
    }

    public void Dispose() => _data.Delete(recursive: true);
}
