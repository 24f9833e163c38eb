namespace VectorServer.Sdk.Tests;

public sealed class RetryTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-retry-");

    // Of what the seed lets fail, never more than two requests to a route come in a row: SDKs before major 8 try three times.
    [Theory]
    [InlineData(5), InlineData(6), InlineData(8), InlineData(9)]
    public async Task The_SDK_gets_through_a_server_that_fails_a_part_of_its_requests(int major)
    {
        await using var server = await ServerProcess.StartAsync(
            _data.FullName, PortRange.Take(5), "--faults", "/vectors/upsert=503:0.3;/query=503:0.3", "--fault-seed", "45", "--fault-retry-after", "0");

        await Scenario.RunAsync("retries", major, server.Url);
    }

    [Fact]
    public async Task Failures_of_the_server_arrive_as_the_error_classes_of_every_major()
    {
        await using var server = await ServerProcess.StartAsync(
            _data.FullName, PortRange.Take(5), "--faults", "GET /indexes=500:1;GET /indexes/*=503:1;DELETE /indexes/*=429:1", "--fault-retry-after", "0");

        for (var major = 3; major <= 9; major++)
            await Scenario.RunAsync("server-errors", major, server.Url);
    }

    public void Dispose() => _data.Delete(recursive: true);
}
