using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using VectorServer.Api.Tls;

namespace VectorServer.Api.Tests.Tls;

public sealed class TlsCertificatesTests : IDisposable
{
    private readonly TestCertificates _files = new();
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task A_renewed_certificate_is_taken_without_a_restart()
    {
        using var first = TestCertificates.Make();
        using var second = TestCertificates.Make();
        var certificates = Load(first);
        Write(second);

        Assert.Equal(first.Thumbprint, await ShownAsync(certificates));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(second.Thumbprint, await ShownAsync(certificates));
    }

    [Fact]
    public async Task A_damaged_renewal_leaves_the_earlier_certificate_until_it_is_mended()
    {
        using var first = TestCertificates.Make();
        using var second = TestCertificates.Make();
        var certificates = Load(first);

        _files.Write("key.pem", TestCertificates.KeyPem(second));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(first.Thumbprint, await ShownAsync(certificates));

        Write(second);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(second.Thumbprint, await ShownAsync(certificates));
    }

    public void Dispose() => _files.Dispose();

    private TlsCertificates Load(X509Certificate2 certificate)
    {
        Write(certificate);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["VectorServer:TlsCertificate"] = _files.PathOf("certificate.pem"),
            ["VectorServer:TlsKey"] = _files.PathOf("key.pem"),
        });
        var certificates = new TlsCertificates(ServerOptions.Read(configuration.Build()), _time, NullLogger<TlsCertificates>.Instance);
        certificates.Load();
        return certificates;
    }

    private void Write(X509Certificate2 certificate)
    {
        _files.Write("certificate.pem", certificate.ExportCertificatePem());
        _files.Write("key.pem", TestCertificates.KeyPem(certificate));
    }

    private static async Task<string> ShownAsync(TlsCertificates certificates) =>
        (await certificates.AnswerAsync(new TlsHandshakeCallbackContext())).ServerCertificateContext!.TargetCertificate.Thumbprint;
}
