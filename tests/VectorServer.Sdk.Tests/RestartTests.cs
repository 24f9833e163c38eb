namespace VectorServer.Sdk.Tests;

public sealed class RestartTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-restart-");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Acknowledged_writes_are_there_after_a_restart_at_the_same_address(bool kill)
    {
        var ports = PortRange.Take(5);
        string written;
        await using (var server = await ServerProcess.StartAsync(_data.FullName, ports))
        {
            written = await Scenario.RunAsync("restart", 9, server.Url, "--phase", "write");
            await (kill ? server.KillAsync() : server.StopAsync());
        }

        await using var restarted = await ServerProcess.StartAsync(_data.FullName, ports);
        var read = await Scenario.RunAsync("restart", 9, restarted.Url, "--phase", "read");

        Assert.Equal(written, read);
    }

    public void Dispose() => _data.Delete(recursive: true);
}
