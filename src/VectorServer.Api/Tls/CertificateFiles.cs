using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace VectorServer.Api.Tls;

/// <summary>The bytes of a certificate's file and of its key's, and what they hold. Immutable.</summary>
internal sealed class CertificateFiles
{
    private readonly string _certificatePath;
    private readonly string _keyPath;
    private readonly byte[] _certificate;
    private readonly byte[] _key;

    private CertificateFiles(string certificatePath, string keyPath)
    {
        (_certificatePath, _keyPath) = (certificatePath, keyPath);
        _certificate = Read(certificatePath);
        _key = keyPath == certificatePath ? _certificate : Read(keyPath);
    }

    /// <param name="certificatePath">PEM, the server's certificate first and then those it was issued by, or PFX.</param>
    /// <param name="keyPath">PEM; null where the certificate's file holds the key.</param>
    /// <exception cref="SettingsException">A file cannot be read.</exception>
    public static CertificateFiles Read(string certificatePath, string? keyPath) => new(certificatePath, keyPath ?? certificatePath);

    public bool HoldSameBytes(CertificateFiles other) => _certificate.AsSpan().SequenceEqual(other._certificate) && _key.AsSpan().SequenceEqual(other._key);

    /// <summary>The certificate with its key, and those it was issued by, ready to be shown to clients.</summary>
    /// <exception cref="SettingsException">The files do not hold a certificate and its key.</exception>
    public SslStreamCertificateContext Load(string? password)
    {
        var (certificate, issuers) = IsPem(_certificate) ? LoadPem(password) : LoadPfx(password);

        // Offline: a start must not wait for what the certificate says about the network.
        return SslStreamCertificateContext.Create(certificate, issuers, offline: true);
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Issuers) LoadPem(string? password)
    {
        var (text, keyText) = (Encoding.UTF8.GetString(_certificate), Encoding.UTF8.GetString(_key));
        if (!keyText.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw Bad($"{_keyPath} holds no private key in PEM; {ServerSettings.TlsKey} names its file");
        var isEncrypted = keyText.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (isEncrypted && password is null)
            throw Bad($"the private key in {_keyPath} is encrypted; {ServerSettings.TlsPassword} decrypts it");

        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            throw Bad($"{_certificatePath} is damaged: {exception.Message}");
        }

        if (all.Count == 0)
            throw Bad($"{_certificatePath} holds no certificate in PEM");
        try
        {
            var certificate = isEncrypted ? X509Certificate2.CreateFromEncryptedPem(text, keyText, password) : X509Certificate2.CreateFromPem(text, keyText);
            all.RemoveAt(0);
            return (Usable(certificate), all);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw Bad(isEncrypted
                ? $"the private key in {_keyPath} cannot be decrypted by {ServerSettings.TlsPassword}, or is not that of the first certificate in {_certificatePath}"
                : $"the private key in {_keyPath} is not that of the first certificate in {_certificatePath}");
        }
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Issuers) LoadPfx(string? password)
    {
        if (_keyPath != _certificatePath)
            throw Bad($"{_certificatePath} is not PEM, and a PFX file holds its own key: leave {ServerSettings.TlsKey} out");

        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12Collection(_certificate, password);
        }
        catch (CryptographicException)
        {
            throw Bad($"{_certificatePath} is neither PEM nor a PFX file that {ServerSettings.TlsPassword} opens");
        }

        var certificate = all.FirstOrDefault(one => one.HasPrivateKey) ?? throw Bad($"{_certificatePath} holds no certificate with a private key");
        all.Remove(certificate);
        return (certificate, all);
    }

    // Windows' TLS cannot use keys that exist in memory only.
    private static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
        : certificate;

    private static bool IsPem(ReadOnlySpan<byte> file) => file.IndexOf("-----BEGIN "u8) >= 0;

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Bad($"{path} cannot be read: {exception.Message}");
        }
    }

    private static SettingsException Bad(string what) => new($"The TLS certificate cannot be used: {what}");
}
