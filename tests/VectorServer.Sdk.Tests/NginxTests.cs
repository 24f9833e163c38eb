using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;

namespace VectorServer.Sdk.Tests;

/// <summary>The example of <c>docs/nginx.conf</c>, with names, ports and files of the test, in front of a server.</summary>
public sealed class NginxTests : IDisposable
{
    private const string Domain = "db.localhost";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vectorserver-nginx-");

    [Theory]
    [InlineData("--trusted-proxies", "127.0.0.1")] // the scheme and the port are those that nginx forwards
    [InlineData("--public-url", "https://db.localhost:{port}")]
    public async Task REST_and_gRPC_clients_work_through_nginx_by_the_addresses_that_they_are_told(string setting, string value)
    {
        await RequireAsync();
        var ports = PortRange.Take(2);
        var port = ports.Last.ToString(CultureInfo.InvariantCulture);

        // The development certificate names the domain: nginx takes it, and clients come to nginx alone.
        await using var server = await ServerProcess.StartAsync(
            _directory.FullName, ports, "--addressing", "subdomain", "--domain", Domain, "--tls", "on",
            setting, value.Replace("{port}", port, StringComparison.Ordinal));
        using var nginx = await StartAsync(ports);
        try
        {
            await RunAsync("records", 5, port);
            await RunAsync("records", 9, port);
            await RunAsync("grpc", 9, port);
        }
        catch
        {
            TestContext.Current.SendDiagnosticMessage(nginx.Output);
            throw;
        }
        finally
        {
            nginx.Kill();
            await nginx.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static async Task RequireAsync()
    {
        try
        {
            await ChildProcess.RunAsync("nginx", Repository.Root, "-v");
        }
        catch (Win32Exception)
        {
            Assert.Skip("nginx is not installed");
        }
    }

    private Task<string> RunAsync(string scenario, int major, string port)
    {
        var certificate = Path.Combine(_directory.FullName, "tls", "certificate.pem");
        var names = new Uri(Repository.PathOf("tests", "VectorServer.Sdk.Tests", "js", "support", "localhost.mjs")).AbsoluteUri;
        return Scenario.RunAsync(scenario, major, $"https://{Domain}:{port}", ["--ca", certificate], new Dictionary<string, string>
        {
            ["NODE_EXTRA_CA_CERTS"] = certificate,
            ["NODE_OPTIONS"] = $"--import {names}",
        });
    }

    private async Task<ChildProcess> StartAsync(PortRange ports)
    {
        string Tls(string file) => Path.Combine(_directory.FullName, "tls", file);
        var example = (await File.ReadAllTextAsync(Repository.PathOf("docs", "nginx.conf")))
            .Replace("listen 443 ", $"listen 127.0.0.1:{ports.Last} ", StringComparison.Ordinal)
            .Replace("127.0.0.1:5080", $"127.0.0.1:{ports.Main}", StringComparison.Ordinal)
            .Replace("/etc/ssl/vectors.example.com/fullchain.pem", Tls("certificate.pem"), StringComparison.Ordinal)
            .Replace("/etc/ssl/vectors.example.com/privkey.pem", Tls("key.pem"), StringComparison.Ordinal)
            .Replace("vectors.example.com", Domain, StringComparison.Ordinal);

        // What Debian's nginx.conf has around the files of conf.d, in one process and in a directory of the test's own.
        var home = _directory.CreateSubdirectory("nginx").FullName;
        var configuration = Path.Combine(home, "nginx.conf");
        var temporary = string.Concat(((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
            .Select(use => $"{use}_temp_path {home}/{use};\n"));
        await File.WriteAllTextAsync(
            configuration,
            $"daemon off;\nmaster_process off;\npid {home}/pid;\nerror_log stderr;\nevents {{}}\n"
            + $"http {{\naccess_log off;\n{temporary}{example}}}\n");
        var nginx = ChildProcess.Start("nginx", home, ["-p", home, "-c", configuration]);
        for (var attempt = 0; !await AcceptsAsync(ports.Last); attempt++)
        {
            Assert.False(nginx.HasExited || attempt > 600, nginx.Output);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return nginx;
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
