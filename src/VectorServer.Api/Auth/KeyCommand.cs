using System.Globalization;

namespace VectorServer.Api.Auth;

/// <summary>The command <c>keys</c>: makes, lists and takes away keys of the keys file. A running server follows within a second.</summary>
internal static class KeyCommand
{
    public const string Name = "keys";

    public const string Usage = """
        keys add NAME [--role read|write|admin] [--index NAME-OR-PREFIX* ...]   makes a key (role read, all indexes unless told) and shows it once
        keys list                                                              shows names, roles and indexes
        keys remove NAME                                                       takes a key away
        The file is that of --keys-file or VECTORSERVER_KEYS_FILE.
        """;

    /// <param name="args">What follows <c>keys</c>.</param>
    /// <param name="configuration">Given the rest of the arguments, the settings.</param>
    /// <param name="output">The key of <c>add</c> and nothing else, so that it can be assigned to a variable; the list.</param>
    /// <param name="messages">What was done.</param>
    /// <param name="time">Dates a new key.</param>
    /// <exception cref="SettingsException">The command or the file is not as it should be.</exception>
    public static void Run(string[] args, Func<string[], IConfiguration> configuration, TextWriter output, TextWriter messages, TimeProvider time)
    {
        var (words, roles, indexes, settings) = Parse(args);
        var path = configuration(settings)[ServerSettings.KeysFile.ConfigurationKey] is { Length: > 0 } file
            ? Path.GetFullPath(file)
            : throw new SettingsException($"keys needs the keys file: set {ServerSettings.KeysFile}");
        switch (words)
        {
            case ["add", var name]:
                Add(path, name, roles, indexes, output, messages, time);
                break;
            case ["list"] when roles.Count + indexes.Count == 0:
                foreach (var key in KeysFile.Parse(KeysFile.Read(path)))
                    output.WriteLine(Describe(key));
                break;
            case ["remove", var name] when roles.Count + indexes.Count == 0:
                Remove(path, name, messages);
                break;
            default:
                throw new SettingsException($"Unknown command. Usage:{Environment.NewLine}{Usage}");
        }
    }

    private static void Add(
        string path, string name, List<string> roles, List<string> indexes, TextWriter output, TextWriter messages, TimeProvider time)
    {
        var role = KeyRole.Read;
        if (roles.Count > 1 || (roles.Count == 1 && !KeyRoles.TryParse(roles[0], out role)))
            throw new SettingsException("--role must be one of read, write, admin");

        var key = KeyText.Make();
        var stored = new StoredKey
        {
            Name = name,
            Role = role,
            Indexes = indexes,
            Sha256 = Convert.ToHexStringLower(KeyText.Hash(key)),
            CreatedAt = time.GetUtcNow(),
        };
        KeysFile.Check(stored);
        KeysFile.Change(path, keys => keys.Any(other => other.Name == name)
            ? throw new SettingsException($"There is a key '{name}' already: remove it first, or take another name while clients change over")
            : [.. keys, stored]);
        messages.WriteLine($"Added {Describe(stored)}. The key is shown this once; the file keeps its hash:");
        output.WriteLine(key);
    }

    private static void Remove(string path, string name, TextWriter messages)
    {
        KeysFile.Change(path, keys => keys.Any(key => key.Name == name)
            ? [.. keys.Where(key => key.Name != name)]
            : throw new SettingsException($"There is no key '{name}' in {path}"));
        messages.WriteLine($"Removed {name}.");
    }

    private static string Describe(StoredKey key)
    {
        var indexes = key.Indexes.Count == 0 ? "all indexes" : string.Join(", ", key.Indexes);
        var created = key.CreatedAt is { } at ? at.ToString(" (yyyy-MM-dd)", CultureInfo.InvariantCulture) : "";
        return $"{key.Name}: {key.Role.ToWord()}, {indexes}{created}";
    }

    private static (string[] Words, List<string> Roles, List<string> Indexes, string[] Settings) Parse(string[] args)
    {
        var (words, roles, indexes, settings) = (new List<string>(), new List<string>(), new List<string>(), new List<string>());
        foreach (var arg in ServerSettings.Expand(args))
        {
            if (!arg.StartsWith("--", StringComparison.Ordinal))
                words.Add(arg);
            else if (arg.StartsWith("--role=", StringComparison.Ordinal))
                roles.Add(arg["--role=".Length..]);
            else if (arg.StartsWith("--index=", StringComparison.Ordinal))
                indexes.AddRange(arg["--index=".Length..].Split(',', StringSplitOptions.TrimEntries));
            else
                settings.Add(arg);
        }

        return ([.. words], roles, indexes, [.. settings]);
    }
}
