using Microsoft.Extensions.Configuration;
using VectorServer.Api.Commands;
using VectorServer.Storage;

namespace VectorServer.Api.Tests;

public sealed class ServerOptionsTests
{
    [Fact]
    public void Without_settings_the_server_is_local_and_open_on_5080_with_data_in_the_working_directory()
    {
        var options = Read();

        Assert.Equal(5080, options.Port);
        Assert.Equal("localhost", options.BindAddress);
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "data"), options.DataDirectory);
        Assert.Equal((5081, 5180), (options.IndexPortMin, options.IndexPortMax));
        Assert.True(options.IsOpen);
        Assert.True(options.EnforceSizeLimits);
        Assert.Equal(TimeSpan.Zero, options.ConsistencyDelay);
        Assert.Empty(options.Faults);
        Assert.Null(options.StartIndex);
    }

    [Fact]
    public void The_short_environment_names_are_read()
    {
        var options = Read(environment: new()
        {
            ["PORT"] = "6000",
            ["VECTORSERVER_API_KEYS"] = "one, two",
            ["PINECONE_HOST"] = "http://vectors.local:5080",
            ["VECTORSERVER_DURABILITY"] = "os",
            ["VECTORSERVER_COMPRESSION"] = "spectral_k64",
            ["VECTORSERVER_INDEX_PORTS"] = "7000-7009",
        });

        Assert.Equal(6000, options.Port);
        Assert.Equal(["one", "two"], options.ApiKeys);
        Assert.Equal("vectors.local", options.PublicHost);
        Assert.Equal(Durability.Os, options.Durability);
        Assert.Equal(Compression.SpectralK64, options.Compression);
        Assert.Equal((7000, 7009), (options.IndexPortMin, options.IndexPortMax));
    }

    [Theory]
    [InlineData("vectors.example.com")]
    [InlineData("ftp://vectors.example.com")]
    [InlineData("https://vectors.example.com/path")]
    [InlineData("https://user@vectors.example.com")]
    [InlineData("https://")]
    public void A_public_url_has_scheme_host_and_port_and_nothing_else(string url)
    {
        var error = Assert.Throws<SettingsException>(() => Read(environment: new() { ["VECTORSERVER_PUBLIC_URL"] = url }));

        Assert.Contains("VECTORSERVER_PUBLIC_URL", error.Message);
        Assert.Contains(url, error.Message);
    }

    [Fact]
    public void A_public_host_beside_a_public_url_has_to_be_the_same()
    {
        Dictionary<string, string?> both = new()
        {
            ["VECTORSERVER_PUBLIC_URL"] = "https://a.example.com:8443",
            ["PINECONE_HOST"] = "a.example.com",
        };
        var same = Read(environment: both);
        both["PINECONE_HOST"] = "b.example.com";
        var error = Assert.Throws<SettingsException>(() => Read(environment: both));

        Assert.Equal("a.example.com", same.PublicHost);
        Assert.Contains("PINECONE_HOST", error.Message);
        Assert.Contains("VECTORSERVER_PUBLIC_URL", error.Message);
    }

    [Fact]
    public void Trusted_proxies_are_networks_or_addresses()
    {
        var options = Read(
            environment: new() { ["VECTORSERVER_TRUSTED_PROXIES"] = "10.0.0.0/8, 172.17.0.1/16, 192.0.2.7,2001:db8::/32,::1" });

        Assert.Equal(
            ["10.0.0.0/8", "172.17.0.0/16", "192.0.2.7/32", "2001:db8::/32", "::1/128"],
            options.TrustedProxies.Select(network => network.ToString()));
        Assert.Empty(Read().TrustedProxies);
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("10.0.0.0/33")]
    [InlineData("*")]
    public void A_trusted_proxy_that_is_no_network_is_refused(string network)
    {
        var error = Assert.Throws<SettingsException>(() => Read(environment: new() { ["VECTORSERVER_TRUSTED_PROXIES"] = network }));

        Assert.Contains("VECTORSERVER_TRUSTED_PROXIES", error.Message);
        Assert.Contains(network, error.Message);
    }

    [Fact]
    public void Roots_of_imports_are_divided_by_commas_or_as_the_platform_divides_paths()
    {
        var options = Read(environment: new() { ["VECTORSERVER_IMPORT_ROOTS"] = $"/one, /two/{Path.PathSeparator}/three" });

        Assert.Equal([Path.GetFullPath("/one"), Path.GetFullPath("/two"), Path.GetFullPath("/three")], options.ImportRoots);
        Assert.Empty(options.ExportRoots);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("data/indexes")]
    [InlineData(".")]
    public void The_data_directory_is_open_to_no_export(string root)
    {
        var error = Assert.Throws<SettingsException>(() => Read(environment: new() { ["VECTORSERVER_EXPORT_ROOTS"] = root }));

        Assert.Contains("VECTORSERVER_EXPORT_ROOTS", error.Message);
    }

    [Fact]
    public void A_switch_wins_over_the_environment_and_the_environment_over_the_file()
    {
        var options = Read(
            file: new() { ["VectorServer:Port"] = "1", ["VectorServer:Domain"] = "file.test", ["VectorServer:BindAddress"] = "::1" },
            environment: new() { ["PORT"] = "2", ["VECTORSERVER_DOMAIN"] = "environment.test" },
            args: ["--port", "3"]);

        Assert.Equal(3, options.Port);
        Assert.Equal("environment.test", options.Domain);
        Assert.Equal("::1", options.BindAddress);
    }

    [Theory]
    [InlineData("--port=3", "--allow-open", "--bind=0.0.0.0")]
    [InlineData("--VectorServer:Port=3", "--allow-open", "true", "--bind", "0.0.0.0")]
    public void A_flag_may_stand_alone_and_switches_may_be_spelled_both_ways(params string[] args)
    {
        var options = Read(args: args);

        Assert.Equal(3, options.Port);
        Assert.Equal("0.0.0.0", options.BindAddress);
    }

    [Fact]
    public void Keys_may_be_an_array_in_the_file()
    {
        var options = Read(file: new() { ["VectorServer:ApiKeys:0"] = "one", ["VectorServer:ApiKeys:1"] = "two" });

        Assert.Equal(["one", "two"], options.ApiKeys);
    }

    [Fact]
    public void The_settings_of_the_single_index_image_describe_an_index()
    {
        var options = Read(environment: new() { ["INDEX_TYPE"] = "serverless", ["VECTOR_TYPE"] = "dense", ["DIMENSION"] = "8", ["METRIC"] = "euclidean" });

        Assert.Equal(new StartIndexOptions(false, VectorType.Dense, 8, Metric.Euclidean), options.StartIndex);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("500ms", 500)]
    [InlineData("2s", 2000)]
    [InlineData("600s", 600_000)]
    public void A_delay_is_a_number_with_its_unit(string text, int expectedMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(expectedMs), Read(environment: new() { ["VECTORSERVER_CONSISTENCY_DELAY"] = text }).ConsistencyDelay);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.25", 0.25)]
    [InlineData("1", 1)]
    public void The_share_of_queries_whose_recall_is_measured_is_a_part_of_one(string text, double expected) =>
        Assert.Equal(expected, Read(environment: new() { ["VECTORSERVER_RECALL_SAMPLE"] = text }).RecallSample);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("64m", 64 << 20)]
    [InlineData("1G", 1 << 30)]
    public void The_reserve_is_a_number_of_bytes(string text, long expected) =>
        Assert.Equal(expected, Read(environment: new() { ["VECTORSERVER_RESERVE"] = text }).ReserveBytes);

    [Fact]
    public void Faults_are_rules_in_one_text_also_as_a_switch()
    {
        var options = Read(args: ["--faults", "POST /query=503:0.2,429:0.1; *=lost:0.01", "--fault-seed", "9"]);

        Assert.Equal(["/query", "*"], options.Faults.Select(rule => rule.Path));
        Assert.Equal(2, options.Faults[0].Shares.Count);
        Assert.Equal((9, 1), (options.FaultSeed, options.FaultRetryAfterSeconds));
    }

    [Theory]
    [InlineData("", "", "Off")]
    [InlineData("", "certificate.pem", "On")]
    [InlineData("off", "certificate.pem", "Off")]
    [InlineData("on", "", "On")]
    [InlineData("only", "certificate.pem", "Only")]
    public void A_certificate_is_used_unless_TLS_is_off(string tls, string certificate, string expected)
    {
        var options = Read(environment: new() { ["VECTORSERVER_TLS"] = tls, ["VECTORSERVER_TLS_CERTIFICATE"] = certificate });

        Assert.Equal(expected, options.Tls.Mode.ToString());
    }

    [Theory]
    [InlineData("PORT", "http", "PORT")]
    [InlineData("PORT", "70000", "from 0 to 65535")]
    [InlineData("PORT", "5090", "holds the main port")]
    [InlineData("VECTORSERVER_INDEX_PORTS", "5180-5081", "two ports")]
    [InlineData("VECTORSERVER_BIND", "example.com", "localhost, an IP address or *")]
    [InlineData("VECTORSERVER_COMPRESSION", "zip", "spectral_k64")]
    [InlineData("VECTORSERVER_DURABILITY", "none", "fsync, os")]
    [InlineData("VECTORSERVER_ADDRESSING", "host", "port, subdomain, path")]
    [InlineData("VECTORSERVER_BARE_HOST", "yes", "true, false")]
    [InlineData("VECTORSERVER_CONSISTENCY_DELAY", "2", "500ms or 2s")]
    [InlineData("VECTORSERVER_CONSISTENCY_DELAY", "-2s", "500ms or 2s")]
    [InlineData("VECTORSERVER_CONSISTENCY_DELAY", "601s", "at most 600s")]
    [InlineData("VECTORSERVER_RECALL_SAMPLE", "1.5", "from 0 to 1")]
    [InlineData("VECTORSERVER_RESERVE", "16 MB", "a size such as")]
    [InlineData("VECTORSERVER_RESERVE", "-1", "a size such as")]
    [InlineData("VECTORSERVER_RESERVE", "9999999999t", "a size such as")]
    [InlineData("VECTORSERVER_FAULTS", "503:0.1;418:0.1", "FAULT:SHARE")]
    [InlineData("VECTORSERVER_FAULT_SEED", "x", "from 0")]
    [InlineData("VECTORSERVER_TLS", "yes", "off, on, only")]
    [InlineData("VECTORSERVER_TLS_KEY", "key.pem", "needs VectorServer:TlsCertificate")]
    [InlineData("VECTORSERVER_TLS_PASSWORD", "secret", "needs VectorServer:TlsCertificate")]
    [InlineData("INDEX_TYPE", "hybrid", "serverless, pod")]
    public void A_bad_value_is_refused_with_its_rule(string variable, string value, string expected)
    {
        var refusal = Assert.Throws<SettingsException>(() => Read(environment: new() { [variable] = value }));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("*")]
    [InlineData("::")]
    [InlineData("192.0.2.1")]
    public void Beyond_this_machine_the_server_wants_keys_or_an_explicit_leave(string bind)
    {
        var refusal = Assert.Throws<SettingsException>(() => Read(args: ["--bind", bind]));

        Assert.Contains("VECTORSERVER_API_KEYS", refusal.Message, StringComparison.Ordinal);
        Assert.False(Read(args: ["--bind", bind, "--api-keys", "secret"]).IsOpen);
        Assert.True(Read(args: ["--bind", bind, "--allow-open"]).IsOpen);
    }

    [Fact]
    public void Every_setting_has_its_own_names()
    {
        Assert.Distinct(ServerSettings.All.Select(setting => setting.Key));
        Assert.Distinct(ServerSettings.All.Select(setting => setting.Environment));
        Assert.Distinct(ServerSettings.All.Select(setting => setting.Switch));
    }

    private static ServerOptions Read(
        Dictionary<string, string?>? file = null, Dictionary<string, string?>? environment = null, string[]? args = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(file ?? []);
        var (host, others) = GivenSettings.Split(args ?? []);
        SettingSources.Add(configuration, environment ?? [], new GivenSettings(CommandLine.ReadSettings(others), host));
        return ServerOptions.Read(configuration.Build());
    }
}
