using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VectorServer.Api.Tls;

/// <summary>
/// A certificate that vouches for itself, for servers that have no other. It is kept in the data directory, so that clients who were
/// told to trust it go on doing so.
/// </summary>
internal static class DevelopmentCertificate
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    // Below the 825 days that Apple's clients accept.
    private static readonly TimeSpan Validity = TimeSpan.FromDays(730);

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public static string CertificatePath(string dataDirectory) => Path.Combine(dataDirectory, "tls", "certificate.pem");

    public static string KeyPath(string dataDirectory) => Path.Combine(dataDirectory, "tls", "key.pem");

    /// <summary>Every name and address that the settings say clients may use.</summary>
    public static IReadOnlyList<string> NamesOf(ServerOptions options)
    {
        var names = new List<string> { "localhost", "*.localhost", "127.0.0.1", "::1" };

        // A container's name is another each time it is made: its certificate would have to be trusted anew.
        if (Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") != "true")
            names.Add(Environment.MachineName);
        if (IPAddress.TryParse(options.BindAddress, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
            names.Add(options.BindAddress);
        if (options.PublicHost is { } host)
            names.Add(host.Trim('[', ']'));
        if (options.Addressing == AddressingMode.Subdomain)
        {
            var domain = new HostString(options.Domain).Host;
            names.AddRange([domain, "*." + domain]);
        }

        return [.. names.Select(Normal).Where(IsName).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Makes the certificate where there is none that will do for a month and for all names; else leaves it.</summary>
    /// <returns>Whether one was made.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static bool Ensure(string dataDirectory, IReadOnlyList<string> names, TimeProvider time)
    {
        var (certificatePath, keyPath) = (CertificatePath(dataDirectory), KeyPath(dataDirectory));
        if (IsUsable(certificatePath, keyPath, names, time.GetUtcNow()))
            return false;

        Directory.CreateDirectory(Path.GetDirectoryName(keyPath)!);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Make(key, names, time.GetUtcNow());

        // A crash between the two leaves a pair that does not match, which the next start replaces.
        Write(keyPath, key.ExportPkcs8PrivateKeyPem(), Owner);
        Write(certificatePath, certificate.ExportCertificatePem(), Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return true;
    }

    private static bool IsUsable(string certificatePath, string keyPath, IReadOnlyList<string> names, DateTimeOffset now)
    {
        if (!File.Exists(certificatePath) || !File.Exists(keyPath))
            return false;

        try
        {
            var certificate = CertificateFiles.Read(certificatePath, keyPath).Load(password: null).TargetCertificate;
            return now >= certificate.NotBefore && now < certificate.NotAfter - RenewBefore && names.All(NamesIn(certificate).Contains);
        }
        catch (SettingsException)
        {
            return false; // half written, or not ours: a new pair replaces it
        }
    }

    private static HashSet<string> NamesIn(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToArray();
        return [.. names.SelectMany(list => list.EnumerateDnsNames()), .. names.SelectMany(list => list.EnumerateIPAddresses()).Select(address => address.ToString())];
    }

    private static X509Certificate2 Make(ECDsa key, IReadOnlyList<string> names, DateTimeOffset now)
    {
        var request = new CertificateRequest("CN=VectorServer development", key, HashAlgorithmName.SHA256);
        var subjectKey = new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true)); // vouches for no other
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(AlternativeNames(names));
        request.CertificateExtensions.Add(subjectKey);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(subjectKey));

        // A day back: clocks differ.
        return request.CreateSelfSigned(now.AddDays(-1), now + Validity);
    }

    private static X509Extension AlternativeNames(IReadOnlyList<string> names)
    {
        var list = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
                list.AddIpAddress(address);
            else
                list.AddDnsName(name);
        }

        return list.Build();
    }

    // As it is read back from the certificate.
    private static string Normal(string name) => IPAddress.TryParse(name, out var address) ? address.ToString() : name.ToLowerInvariant();

    // Machines may have names that no certificate takes.
    private static bool IsName(string name) => Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) != UriHostNameType.Unknown;

    private static void Write(string path, string pem, UnixFileMode mode)
    {
        var aside = path + ".new";
        File.Delete(aside); // one that is there would keep its mode
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using (var writer = new StreamWriter(path: aside, options))
            writer.WriteLine(pem);
        File.Move(aside, path, overwrite: true);
    }
}
