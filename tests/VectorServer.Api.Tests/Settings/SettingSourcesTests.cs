using Microsoft.Extensions.Configuration;

namespace VectorServer.Api.Tests.Settings;

/// <summary>Which source of settings wins, and what is said of those that nobody knows.</summary>
public sealed class SettingSourcesTests : IDisposable
{
    private readonly TempData _directory = new();
    private readonly Dictionary<string, string?> _environment = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_of_the_working_directory_is_read_and_each_stronger_source_wins()
    {
        Write("appsettings.json", """{"VectorServer": {"Port": 1, "Domain": "working.test", "Metric": "euclidean", "ApiKeys": ["one", "two"], "Durability": "os"}}""");
        var config = Write("other.json", """{"VectorServer": {"Port": 2, "Domain": "config.test", "Metric": "dotproduct"}}""");
        _environment["VECTORSERVER_CONFIG"] = config;
        _environment["PORT"] = "3";
        _environment["VECTORSERVER_DOMAIN"] = "environment.test";

        var (settings, warnings) = Read(("Port", "4"));

        Assert.Equal("4", settings["VectorServer:Port"]);
        Assert.Equal("environment.test", settings["VectorServer:Domain"]);
        Assert.Equal("dotproduct", settings["VectorServer:Metric"]);
        Assert.Equal("os", settings["VectorServer:Durability"]);
        Assert.Equal(["one", "two"], new SettingReader(settings).List(ServerSettings.ApiKeys));
        Assert.Empty(warnings);
    }

    [Fact]
    public void The_file_of_the_host_environment_wins_over_the_general_one()
    {
        Write("appsettings.json", """{"VectorServer": {"Port": 1, "Domain": "general.test"}}""");
        Write("appsettings.Production.json", """{"VectorServer": {"Port": 2}}""");

        var settings = Read().Settings;

        Assert.Equal("2", settings["VectorServer:Port"]);
        Assert.Equal("general.test", settings["VectorServer:Domain"]);
    }

    [Fact]
    public void Variables_with_the_name_of_the_section_win_over_files()
    {
        Write("appsettings.json", """{"VectorServer": {"Port": 1}}""");
        Environment.SetEnvironmentVariable("VectorServer__FaultSeed", "7");
        try
        {
            Write("appsettings.json", """{"VectorServer": {"FaultSeed": 1}}""");

            Assert.Equal("7", Read().Settings["VectorServer:FaultSeed"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable("VectorServer__FaultSeed", null);
        }
    }

    [Fact]
    public void Unknown_settings_are_named_with_their_place_and_what_was_meant()
    {
        var path = Write("appsettings.json", """{"Serilog": {"Any": 1}, "VectorServer": {"dataDirectory": "./d", "ApiKey": "x", "Zebra": 1}}""");
        _environment["VECTORSERVER_KEY_FILE"] = "x";
        _environment["VectorServer__Durabilty"] = "os";
        _environment["VectorServer__ApiKeys__0"] = "x";
        _environment["VECTORSERVER_DATA"] = "x";
        _environment["VECTORS"] = "x";

        var warnings = Read().Warnings;

        Assert.Equal(
            [
                $"Unknown setting VectorServer:ApiKey in {path} (did you mean VectorServer:ApiKeys?) is ignored",
                $"Unknown setting VectorServer:Zebra in {path} is ignored",
                "Unknown environment variable VECTORSERVER_KEY_FILE (did you mean VECTORSERVER_KEYS_FILE?) is ignored",
                "Unknown environment variable VectorServer__Durabilty (did you mean VectorServer__Durability?) is ignored",
            ],
            warnings);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        var path = Write("appsettings.json", """{"VectorServer": """);

        Assert.Contains(path, Assert.Throws<SettingsException>(() => Read()).Message, StringComparison.Ordinal);

        File.Delete(path);
        var missing = Path.Combine(_directory.Path, "missing.json");
        Assert.Contains(missing, Assert.Throws<SettingsException>(() => Read(("ConfigFile", missing))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_of_settings_has_a_row_for_each()
    {
        var page = File.ReadAllText(VectorServer.Sdk.Tests.Repository.PathOf("docs", "settings.md"));
        var rows = page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains("| `--", StringComparison.Ordinal))
            .Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray())
            .ToList();

        Assert.Equal(ServerSettings.All.Select(setting => (setting.Key, $"`{setting.Environment}`", $"`{setting.Switch}`")), rows.Select(row => (row[1], row[2], row[3])));
        Assert.All(ServerSettings.All.Zip(rows), pair => Assert.True(pair.First.Default.Length == 0 || pair.First.Default == pair.Second[4], pair.First.Key));
    }

    private (IConfiguration Settings, IReadOnlyList<string> Warnings) Read(params (string Key, string Value)[] options)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables();
        var values = options.ToDictionary(option => $"VectorServer:{option.Key}", option => (string?)option.Value);
        var warnings = SettingSources.Add(configuration, _environment, new GivenSettings(values, []), _directory.Path, "Production");
        return (configuration.Build(), warnings);
    }

    private string Write(string name, string json)
    {
        var path = Path.Combine(_directory.Path, name);
        File.WriteAllText(path, json);
        return path;
    }
}
