namespace VectorServer.Sdk.Tests;

/// <summary>Clients that come by https, and trust the development certificate as README says.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-tls-");

    [Theory]
    [InlineData("records", 5)]
    [InlineData("records", 9)]
    [InlineData("grpc", 9)]
    public async Task A_client_works_over_https_on_the_ports_that_serve_http(string scenario, int major)
    {
        await using var server = await ServerProcess.StartAsync(_data.FullName, PortRange.Take(5), "--tls", "on");
        var certificate = Path.Combine(_data.FullName, "tls", "certificate.pem");
        var url = new UriBuilder(server.Url) { Scheme = "https" }.Uri.ToString();
        var trust = new Dictionary<string, string> { ["NODE_EXTRA_CA_CERTS"] = certificate };

        await Scenario.RunAsync(scenario, major, url, ["--ca", certificate], trust);
    }

    public void Dispose() => _data.Delete(recursive: true);
}
