using VectorServer.Api.Auth;
using VectorServer.Api.Commands;

namespace VectorServer.Api.Tests.Auth;

public sealed class KeyCommandTests : IDisposable
{
    private readonly TempData _files = new();

    private string KeysPath => Path.Combine(_files.Path, "secrets", "keys.json");

    [Fact]
    public void A_new_key_is_shown_once_and_kept_as_its_hash()
    {
        var key = Run("add", "ci", "--role", "write", "--index", "dev-*", "--index=test").Output.Trim();

        Assert.StartsWith(KeyText.Mark, key, StringComparison.Ordinal);
        Assert.Equal(KeyText.Mark.Length + 43, key.Length); // 256 bits in base64url
        Assert.DoesNotContain(key, File.ReadAllText(KeysPath), StringComparison.Ordinal);
        var found = new KeyRing([], KeysFile.Parse(KeysFile.Read(KeysPath))).Find(key)!;
        Assert.Equal(("ci", KeyRole.Write), (found.Name, found.Role));
        Assert.Equal(["dev-*", "test"], found.Indexes);
        Assert.NotEqual(key, Run("add", "other").Output.Trim());
    }

    [Fact]
    public void Only_the_owner_reads_the_file()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes");
            return;
        }

        Run("add", "ci");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeysPath));
    }

    [Fact]
    public void A_role_not_asked_for_is_the_least()
    {
        Run("add", "ci");

        Assert.Equal("ci: read, all indexes (2020-01-01)", Run("list").Output.Trim());
    }

    [Fact]
    public void A_removed_key_is_gone_and_the_others_stay()
    {
        Run("add", "one");
        Run("add", "two", "--role=admin");
        Run("remove", "one");

        Assert.Equal("two: admin, all indexes (2020-01-01)", Run("list").Output.Trim());
    }

    [Theory]
    [InlineData("already", "add", "taken")]
    [InlineData("no key 'gone'", "remove", "gone")]
    [InlineData("read, write, admin", "add", "a", "--role=root")]
    [InlineData("letters, digits", "add", "a b")]
    [InlineData("end in '*'", "add", "a", "--index=*dev")]
    [InlineData("Usage", "rotate", "a")]
    [InlineData("Usage")]
    [InlineData("Unknown argument --rol", "add", "a", "--rol=read")]
    public void A_wrong_command_is_refused_and_changes_nothing(string expected, params string[] args)
    {
        Run("add", "taken");
        var before = File.ReadAllText(KeysPath);

        var refusal = Assert.Throws<SettingsException>(() => Run(args));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(KeysPath));
    }

    public void Dispose() => _files.Dispose();

    private (string Output, string Messages) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var messages = new StringWriter();
        var environment = new Dictionary<string, string?> { ["VECTORSERVER_KEYS_FILE"] = KeysPath };
        var time = new ManualTime(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(0, CommandLine.RunAsync(["keys", .. args], new CommandContext(environment, output, messages, time)).GetAwaiter().GetResult());
        return (output.ToString(), messages.ToString());
    }
}
