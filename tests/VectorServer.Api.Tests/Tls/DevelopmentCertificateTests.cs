using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using VectorServer.Api.Tls;

namespace VectorServer.Api.Tests.Tls;

public sealed class DevelopmentCertificateTests : IDisposable
{
    private static readonly string[] Names = ["localhost", "*.localhost", "127.0.0.1", "::1"];

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-tls-");
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void It_is_made_once_and_kept()
    {
        Assert.True(Ensure());
        var first = Read();

        Assert.False(Ensure());

        Assert.Equal(first, Read());
    }

    [Fact]
    public void It_vouches_for_the_names_of_this_machine_and_signs_no_other_certificate()
    {
        Ensure();

        using var certificate = X509CertificateLoader.LoadCertificateFromFile(DevelopmentCertificate.CertificatePath(_data.FullName));
        Assert.All(["localhost", "docs.localhost", "127.0.0.1", "::1"], name => Assert.True(certificate.MatchesHostname(name)));
        Assert.False(certificate.MatchesHostname("other.test"));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
    }

    [Fact]
    public void A_month_before_its_end_another_is_made()
    {
        Ensure();
        var first = Read();

        _time.Advance(TimeSpan.FromDays(690));
        Assert.False(Ensure());
        _time.Advance(TimeSpan.FromDays(30));
        Assert.True(Ensure());

        Assert.NotEqual(first, Read());
        Assert.False(Ensure());
    }

    [Fact]
    public void A_name_that_it_lacks_makes_another()
    {
        Ensure();

        Assert.True(Ensure([.. Names, "vectors.test"]));
        Assert.False(Ensure());
    }

    [Theory]
    [InlineData("certificate.pem")]
    [InlineData("key.pem")]
    public void A_damaged_or_half_written_pair_is_replaced(string file)
    {
        Ensure();
        File.WriteAllText(Path.Combine(_data.FullName, "tls", file), "");

        Assert.True(Ensure());
        Assert.False(Ensure());
    }

    [Fact]
    public void Only_the_owner_reads_the_key_and_clients_read_the_certificate()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes");
            return;
        }

        Ensure();
        Ensure([.. Names, "vectors.test"]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(DevelopmentCertificate.KeyPath(_data.FullName)));
        Assert.True(File.GetUnixFileMode(DevelopmentCertificate.CertificatePath(_data.FullName)).HasFlag(UnixFileMode.OtherRead));
    }

    [Fact]
    public void Its_names_come_from_the_settings()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["VectorServer:PublicHost"] = "http://Vectors.Test:8080",
            ["VectorServer:BindAddress"] = "127.0.0.2",
            ["VectorServer:Addressing"] = "subdomain",
            ["VectorServer:Domain"] = "db.test:443",
        });

        var names = DevelopmentCertificate.NamesOf(ServerOptions.Read(configuration.Build()));

        Assert.Superset(new HashSet<string>([.. Names, "vectors.test", "127.0.0.2", "db.test", "*.db.test"]), names.ToHashSet());
    }

    public void Dispose() => _data.Delete(recursive: true);

    private bool Ensure(IReadOnlyList<string>? names = null) => DevelopmentCertificate.Ensure(_data.FullName, names ?? Names, _time);

    private string Read() => File.ReadAllText(DevelopmentCertificate.CertificatePath(_data.FullName)) + File.ReadAllText(DevelopmentCertificate.KeyPath(_data.FullName));
}
