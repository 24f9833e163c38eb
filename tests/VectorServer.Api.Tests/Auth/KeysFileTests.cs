using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Auth;

namespace VectorServer.Api.Tests.Auth;

public sealed class KeysFileTests
{
    private static readonly string Hash = new('a', 64);

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("null", "null")]
    [InlineData("""{"keys": []}""", "not JSON of the right form")]
    [InlineData("""{"format_version": 2, "keys": []}""", "format_version must be 1")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "root", "sha256": "H"}]}""", "not JSON of the right form")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": 7, "sha256": "H"}]}""", "not JSON of the right form, at $.keys[0].role")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": 2, "sha256": "H"}]}""", "not JSON of the right form, at $.keys[0].role")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "2", "sha256": "H"}]}""", "not JSON of the right form, at $.keys[0].role")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": " admin ", "sha256": "H"}]}""", "not JSON of the right form, at $.keys[0].role")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "Admin", "sha256": "H"}]}""", "not JSON of the right form, at $.keys[0].role")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "read, admin", "sha256": "H"}]}""", "not JSON of the right form, at $.keys[0].role")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": null, "sha256": "H"}]}""", "not JSON of the right form, at $.keys[0].role")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "read", "role": "admin", "sha256": "H"}]}""", "not JSON of the right form")]
    [InlineData("""{"format_version": 1, "keys": [], "keys": [{"name": "a", "role": "admin", "sha256": "H"}]}""", "not JSON of the right form")]
    [InlineData("""{"format_version": 1, "keys": [null]}""", "one of its keys is null")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "sha256": "H"}]}""", "not JSON of the right form")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "read", "index": ["dev-*"], "sha256": "H"}]}""", "not JSON of the right form")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "read", "indexes": null, "sha256": "H"}]}""", "not JSON of the right form")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "read", "indexes": ["*-dev"], "sha256": "H"}]}""", "end in '*'")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "read", "indexes": [""], "sha256": "H"}]}""", "end in '*'")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "setting#1", "role": "read", "sha256": "H"}]}""", "letters, digits")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "read", "sha256": "secret"}]}""", "64 hexadecimal digits")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "read", "sha256": "H"}, {"name": "a", "role": "admin", "sha256": "H"}]}""", "two keys")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a", "role": "read", "sha256": "H"}, {"name": "b", "role": "admin", "sha256": "h"}]}""", "'a' and 'b' have the same")]
    public void A_file_that_breaks_a_rule_is_refused_and_not_quoted(string json, string expected)
    {
        var full = json.Replace("\"H\"", $"\"{Hash}\"", StringComparison.Ordinal).Replace("\"h\"", $"\"{Hash.ToUpperInvariant()}\"", StringComparison.Ordinal);

        var refusal = Assert.Throws<SettingsException>(() => KeysFile.Parse(System.Text.Encoding.UTF8.GetBytes(full)));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_added_and_taken_away_without_a_restart()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var server = KeyedServer.Start(services => AddTime(services, time));
        Assert.Equal(401, (await server.GetAsync("newcomer", "/indexes")).Status);

        server.WriteKeys(("newcomer", "read", []));
        time.Advance(AccessKeys.LookAgainAfter);

        Assert.Equal(200, (await server.GetAsync("newcomer", "/indexes")).Status);
        Assert.Equal(401, (await server.GetAsync("reader", "/indexes")).Status);
    }

    [Theory]
    [InlineData("{ torn")]
    [InlineData("""{"format_version": 1, "keys": [null]}""")]
    [InlineData(null)]
    public async Task A_file_that_breaks_or_is_gone_keeps_the_keys_that_were(string? content)
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var server = KeyedServer.Start(services => AddTime(services, time));
        Assert.Equal(200, (await server.GetAsync("reader", "/indexes")).Status);

        if (content is null)
            File.Delete(server.KeysPath);
        else
            File.WriteAllText(server.KeysPath, content);
        time.Advance(AccessKeys.LookAgainAfter);

        Assert.Equal(200, (await server.GetAsync("reader", "/indexes")).Status);
        Assert.Equal(401, (await server.GetAsync("nobody", "/indexes")).Status);
    }

    [Fact]
    public async Task The_keys_of_the_settings_are_administrators_beside_the_file()
    {
        await using var server = KeyedServer.Start(("ApiKeys", "key-of-settings"));

        Assert.Equal(201, (await server.PostAsync("settings", "/indexes", KeyedServer.Index.Replace("%", "a", StringComparison.Ordinal))).Status);
        Assert.Equal(200, (await server.GetAsync("reader", "/indexes/a")).Status);
    }

    [Fact]
    public async Task A_file_without_keys_lets_nobody_in()
    {
        await using var server = KeyedServer.Start();
        server.WriteKeys();
        await using var empty = TestServer.Start(("KeysFile", server.KeysPath));

        Assert.Equal(401, (await empty.GetAsync("/indexes")).Status);
    }

    private static void AddTime(IServiceCollection services, TimeProvider time) => services.AddSingleton(time);
}
