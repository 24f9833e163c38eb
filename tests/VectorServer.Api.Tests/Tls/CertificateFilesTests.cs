using System.Security.Cryptography.X509Certificates;
using VectorServer.Api.Tls;

namespace VectorServer.Api.Tests.Tls;

public sealed class CertificateFilesTests : IDisposable
{
    private readonly TestCertificates _files = new();
    private readonly X509Certificate2 _certificate = TestCertificates.Make();
    private readonly string _pem;
    private readonly string _key;

    public CertificateFilesTests() =>
        (_pem, _key) = (_files.Write("certificate.pem", _certificate.ExportCertificatePem()), _files.Write("key.pem", TestCertificates.KeyPem(_certificate)));

    [Fact]
    public void A_certificate_and_its_key_are_read_from_two_files_or_from_one()
    {
        var both = _files.Write("both.pem", File.ReadAllText(_key) + "\n" + File.ReadAllText(_pem));

        Assert.Equal(_certificate.Thumbprint, ThumbprintOf(_pem, _key));
        Assert.Equal(_certificate.Thumbprint, ThumbprintOf(both, null));
    }

    [Fact]
    public void A_password_opens_a_PFX_file_and_an_encrypted_key()
    {
        var pfx = _files.Write("certificate.pfx", _certificate.Export(X509ContentType.Pkcs12, "secret"));
        var open = _files.Write("open.pfx", _certificate.Export(X509ContentType.Pkcs12));
        var encrypted = _files.Write("encrypted.pem", TestCertificates.EncryptedKeyPem(_certificate, "secret"));

        Assert.Equal(_certificate.Thumbprint, ThumbprintOf(pfx, null, "secret"));
        Assert.Equal(_certificate.Thumbprint, ThumbprintOf(open, null));
        Assert.Equal(_certificate.Thumbprint, ThumbprintOf(_pem, encrypted, "secret"));
    }

    [Fact]
    public void The_certificates_behind_the_first_are_shown_with_it()
    {
        using var issuer = TestCertificates.Make("issuer");
        var chain = _files.Write("chain.pem", $"{File.ReadAllText(_pem)}\n{issuer.ExportCertificatePem()}\n");

        var context = CertificateFiles.Read(chain, _key).Load(null);

        Assert.Equal(_certificate.Thumbprint, context.TargetCertificate.Thumbprint);
    }

    [Fact]
    public void What_cannot_be_used_is_refused_with_the_reason()
    {
        using var other = TestCertificates.Make();
        var otherKey = _files.Write("other.pem", TestCertificates.KeyPem(other));
        var encrypted = _files.Write("encrypted.pem", TestCertificates.EncryptedKeyPem(_certificate, "secret"));
        var pfx = _files.Write("certificate.pfx", _certificate.Export(X509ContentType.Pkcs12, "secret"));
        var withoutKey = _files.Write("public.pfx", X509CertificateLoader.LoadCertificate(_certificate.RawData).Export(X509ContentType.Pkcs12));
        var noise = _files.Write("noise", "not a certificate");
        var damaged = _files.Write("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        AssertRefused("missing.pem cannot be read", _files.PathOf("missing.pem"), _key);
        AssertRefused("missing.pem cannot be read", _pem, _files.PathOf("missing.pem"));
        AssertRefused("holds no private key in PEM; VectorServer:TlsKey", _pem, null);
        AssertRefused("other.pem is not that of the first certificate", _pem, otherKey);
        AssertRefused("holds no certificate in PEM", _key, null);
        AssertRefused("damaged.pem is damaged", damaged, _key);
        AssertRefused("is encrypted; VectorServer:TlsPassword", _pem, encrypted);
        AssertRefused("cannot be decrypted by VectorServer:TlsPassword", _pem, encrypted, "wrong");
        AssertRefused("neither PEM nor a PFX file", pfx, null, "wrong");
        AssertRefused("neither PEM nor a PFX file", noise, null);
        AssertRefused("holds no certificate with a private key", withoutKey, null);
        AssertRefused("a PFX file holds its own key", pfx, _key, "secret");
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _files.Dispose();
    }

    private static string ThumbprintOf(string certificate, string? key, string? password = null) =>
        CertificateFiles.Read(certificate, key).Load(password).TargetCertificate.Thumbprint;

    private static void AssertRefused(string part, string certificate, string? key, string? password = null)
    {
        var refusal = Assert.Throws<SettingsException>(() => CertificateFiles.Read(certificate, key).Load(password));
        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }
}
