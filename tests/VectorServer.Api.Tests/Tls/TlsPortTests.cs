using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using VectorServer.Api.Tests.Grpc;
using VectorServer.Api.Tls;

namespace VectorServer.Api.Tests.Tls;

/// <summary>Over real sockets: every port speaks http and https, in both versions of HTTP.</summary>
public sealed class TlsPortTests : IDisposable
{
    private const string Docs = """{"name":"docs","dimension":2,"spec":{"serverless":{"cloud":"aws","region":"us-east-1"}}}""";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-tls-");

    [Theory]
    [InlineData("http", "1.1")]
    [InlineData("http", "2.0")]
    [InlineData("https", "1.1")]
    [InlineData("https", "2.0")]
    public async Task An_index_is_made_and_used_in_the_way_the_client_came(string scheme, string version)
    {
        await using var server = TestServer.Listen(_data.FullName, ("Tls", "on"), ("IndexPorts", "17900-17909"));
        using var client = Client(Version.Parse(version));

        using var created = await client.PostAsync($"{scheme}://localhost:{Port(server)}/indexes", Json(Docs), TestContext.Current.CancellationToken);
        var text = await created.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var host = System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("host").GetString();
        using var upserted = await client.PostAsync(
            $"{host}/vectors/upsert", Json("""{"vectors":[{"id":"a","values":[1,2]}]}"""), TestContext.Current.CancellationToken);

        Assert.Equal(Version.Parse(version), created.Version);
        Assert.StartsWith($"{scheme}://localhost:1790", host, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, upserted.StatusCode);
        Assert.Equal(Version.Parse(version), upserted.Version);
    }

    [Fact]
    public async Task Calls_of_gRPC_go_over_TLS()
    {
        await using var server = TestServer.Listen(_data.FullName, ("Tls", "on"), ("IndexPorts", "17910-17919"));
        Assert.Equal(201, (await server.PostAsync("/indexes", Docs)).Status);
        using var client = Client(HttpVersion.Version20);
        using var content = new ByteArrayContent(GrpcClient.Frame([]));
        content.Headers.ContentType = new("application/grpc");

        using var answer = await client.PostAsync("https://localhost:17910/VectorService/DescribeIndexStats", content, TestContext.Current.CancellationToken);
        await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal("0", Assert.Single(answer.TrailingHeaders.GetValues("grpc-status")));
    }

    [Fact]
    public async Task Where_only_https_is_wanted_http_is_told_so_and_still_answers_probes()
    {
        await using var server = TestServer.Listen(_data.FullName, ("Tls", "only"), ("IndexPorts", "17920-17929"));
        using var client = Client(HttpVersion.Version11);

        var refused = await server.GetAsync("/indexes");
        using var answered = await client.GetAsync($"https://localhost:{Port(server)}/indexes", TestContext.Current.CancellationToken);

        Assert.Equal(400, refused.Status);
        Assert.Contains("https:// only", refused.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        Assert.Equal(200, (await server.GetAsync("/readyz")).Status);
        Assert.Equal(200, (await server.GetAsync("/openapi.yaml")).Status);
    }

    [Fact]
    public async Task Where_only_https_is_wanted_the_docs_are_pages_of_https_too()
    {
        await using var server = TestServer.Listen(_data.FullName, ("Tls", "only"), ("Addressing", "subdomain"));
        using var client = Client(HttpVersion.Version11);

        var refused = await server.GetAsync("/docs/index.html");
        using var answered = await client.GetAsync($"https://localhost:{Port(server)}/docs/index.html", TestContext.Current.CancellationToken);

        Assert.Equal(400, refused.Status);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task A_certificate_of_the_settings_is_shown()
    {
        using var files = new TestCertificates();
        using var certificate = TestCertificates.Make();
        var pfx = files.Write("certificate.pfx", certificate.Export(X509ContentType.Pkcs12, "secret"));
        await using var server = TestServer.Listen(
            _data.FullName, ("TlsCertificate", pfx), ("TlsPassword", "secret"), ("IndexPorts", "17930-17939"));

        Assert.Equal(certificate.Thumbprint, await ShownAsync(Port(server)));
        Assert.False(Directory.Exists(Path.Combine(_data.FullName, "tls")));
    }

    [Fact]
    public async Task The_development_certificate_is_the_same_after_a_restart()
    {
        string first;
        await using (var server = TestServer.Listen(_data.FullName, ("Tls", "on"), ("IndexPorts", "17940-17949")))
            first = await ShownAsync(Port(server));

        await using var restarted = TestServer.Listen(_data.FullName, ("Tls", "on"), ("IndexPorts", "17940-17949"));

        Assert.Equal(first, await ShownAsync(Port(restarted)));
    }

    [Theory]
    [InlineData("16 03 01 00 05 FF FF FF FF FF")] // a handshake record of nonsense
    [InlineData("16 03 01 02 00 01 00 01 FC 03 03")] // the beginning of a ClientHello
    [InlineData("16 03 01 00 05 01 FF FF FF FF")]
    [InlineData("16 47 45 54 20 2F 20 48 54 54 50")]
    [InlineData("16")]
    public async Task A_broken_handshake_ends_its_connection_and_no_other(string bytes)
    {
        await using var server = TestServer.Listen(_data.FullName, ("Tls", "on"), ("IndexPorts", "17950-17959"));
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Port(server), TestContext.Current.CancellationToken);

        var stream = socket.GetStream();
        await stream.WriteAsync(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        socket.Client.Shutdown(SocketShutdown.Send);

        // At most an alert comes before the end.
        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest, TestContext.Current.CancellationToken);
        Assert.True(rest.Length <= 7, Encoding.Latin1.GetString(rest.ToArray()));
        Assert.Equal(200, (await server.GetAsync("/healthz")).Status);
        await ShownAsync(Port(server));
    }

    public void Dispose() => _data.Delete(recursive: true);

    private static int Port(TestServer server) => server.Client.BaseAddress!.Port;

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>Trusts the development certificate of the data directory, and nothing else.</summary>
    private HttpClient Client(Version version)
    {
        var trusted = X509CertificateLoader.LoadCertificateFromFile(DevelopmentCertificate.CertificatePath(_data.FullName));
        var handler = new SocketsHttpHandler
        {
            SslOptions =
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { trusted },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        return new HttpClient(handler) { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    private static async Task<string> ShownAsync(int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
        await tls.AuthenticateAsClientAsync("localhost");
        return X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData()).Thumbprint;
    }
}
