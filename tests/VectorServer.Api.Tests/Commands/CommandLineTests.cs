using VectorServer.Api.Commands;

namespace VectorServer.Api.Tests.Commands;

/// <summary>What is understood of a command line, and what is said of one that is not.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_lists_every_verb_and_every_setting_with_its_names()
    {
        var help = (await RunAsync("--help")).Output;

        Assert.All(["serve", "keys", "verify", "repair"], verb => Assert.Matches($@"(?m)^  {verb} ", help));
        Assert.All(ServerSettings.All, setting =>
        {
            var line = Assert.Single(help.Split('\n'), line => line.TrimStart().StartsWith(setting.Switch + " ", StringComparison.Ordinal));
            Assert.Contains($"<{setting.Key}>", line, StringComparison.Ordinal);
            Assert.Contains(setting.Environment, line, StringComparison.Ordinal);
            Assert.Contains(setting.Description, line, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("serve", "--port")]
    [InlineData("keys", "add <NAME>")]
    [InlineData("keys add", "--role")]
    [InlineData("verify", "--data <DIR>")]
    public async Task Every_verb_has_help_of_its_own(string verb, string expected)
    {
        var (exitCode, output) = await RunAsync([.. verb.Split(' '), "--help"]);

        Assert.Equal(0, exitCode);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_that_of_the_build_the_changes_and_the_contract()
    {
        var version = (await RunAsync("--version")).Output.Trim();

        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+$", version);
        Assert.Contains($"<Version>{version}</Version>", Read("Directory.Build.props"), StringComparison.Ordinal);
        Assert.Equal($"## {version}", Read("CHANGELOG.md").Split('\n').First(line => line.StartsWith("## ", StringComparison.Ordinal)).Split(" (")[0]);
        Assert.Contains($"\n  version: {version}\n", Read("openapi.yaml"), StringComparison.Ordinal);

        static string Read(string file) => File.ReadAllText(VectorServer.Sdk.Tests.Repository.PathOf(file));
    }

    [Theory]
    [InlineData("Unknown argument --prot (did you mean --port?)", "--prot=1")]
    [InlineData("Unknown argument --prot (did you mean --port?)", "serve", "--prot", "1")]
    [InlineData("Unknown argument --api-key (did you mean --api-keys?)", "--api-key", "secret")]
    [InlineData("Unknown argument --Port (did you mean --port?)", "--Port", "1")]
    [InlineData("Unknown argument --zebra-stripes; --help", "--zebra-stripes", "1")]
    [InlineData("Unknown argument --VectorServer:Prot (did you mean --VectorServer:Port?)", "--VectorServer:Prot=1")]
    [InlineData("Unknown argument server (did you mean serve?)", "server")]
    [InlineData("Unknown argument @file; --help", "@file")]
    [InlineData("--port needs a value", "--port")]
    [InlineData("--port needs a value", "--port", "--bind", "*")]
    [InlineData("--data needs a value", "--data", "--misspelt", "x")]
    [InlineData("--VectorServer:Port needs a value", "--VectorServer:Port")]
    [InlineData("verify takes --data DIR and nothing else", "verify")]
    [InlineData("verify takes --data DIR and nothing else", "verify", "--data", "x", "--port", "1")]
    [InlineData("repair takes --data DIR and nothing else", "--port", "1", "repair", "--data", "x")]
    [InlineData("Unknown argument --role", "keys", "list", "--role", "read")]
    public async Task What_is_not_understood_is_named_with_what_was_meant(string expected, params string[] args)
    {
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => RunAsync(args));

        Assert.StartsWith(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port", "3", "--port", "1", "--port", "3")] // the last counts
    [InlineData("--data", "-x", "--data", "-x")]
    [InlineData("--data", "--x", "--data=--x")]
    [InlineData("--api-keys", "c2VjcmV0==", "--api-keys", "c2VjcmV0==")]
    [InlineData("--api-keys", "c2VjcmV0==", "--api-keys=c2VjcmV0==")]
    [InlineData("--faults", "POST /query=503:0.2;*=lost:0.1", "--faults", "POST /query=503:0.2;*=lost:0.1")]
    [InlineData("--allow-open", "true", "--allow-open", "--port", "1")]
    [InlineData("--allow-open", "false", "--allow-open", "false")]
    [InlineData("--bind", "*", "serve", "--bind", "*")]
    [InlineData("--bind", "*", "--bind", "*", "serve")]
    [InlineData("--port", null, "--port=", "--bind", "*")] // an empty value says nothing
    [InlineData("--port", null, "--port", "", "--bind", "*")]
    public void A_value_is_what_follows(string option, string? expected, params string[] args)
    {
        var values = CommandLine.ReadSettings(GivenSettings.Split(args).Others);

        Assert.Equal(expected, values.GetValueOrDefault(ServerSettings.All.Single(setting => setting.Switch == option).ConfigurationKey));
    }

    [Fact]
    public async Task A_command_names_the_directory_that_is_none()
    {
        var missing = Path.Combine(Path.GetTempPath(), "there-is-no-such-directory");

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => RunAsync("verify", "--data", missing));

        Assert.StartsWith($"{missing}: ", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        var exitCode = await CommandLine.RunAsync(args, new CommandContext(new Dictionary<string, string?>(), output, TextWriter.Null, TimeProvider.System));
        return (exitCode, output.ToString());
    }
}
