using System.CommandLine;
using System.Globalization;
using VectorServer.Api.Auth;

namespace VectorServer.Api.Commands;

/// <summary>The command <c>keys</c>: makes, lists and takes away keys of the keys file. A running server follows within a second.</summary>
internal static class KeyCommand
{
    public const string Name = "keys";

    public static Command Build(CommandContext context, string[] hostArguments)
    {
        var command = new Command(Name, "Makes, lists and takes away keys of the keys file");
        command.Subcommands.Add(BuildAdd(context, hostArguments));
        command.Subcommands.Add(Build("list", "Shows names, roles and indexes", null, context, hostArguments, (path, _, _) =>
        {
            foreach (var key in KeysFile.Parse(KeysFile.Read(path)))
                context.Output.WriteLine(Describe(key));
        }));
        command.Subcommands.Add(Build("remove", "Takes a key away", NameArgument(), context, hostArguments, (path, name, _) =>
            Remove(path, name, context.Messages)));
        return command;
    }

    private static Command BuildAdd(CommandContext context, string[] hostArguments)
    {
        // As many as come: the command itself says what is wrong with two roles.
        var roles = new Option<string[]>("--role")
        {
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "read|write|admin",
            Description = "What the key may do [default read]",
        };
        var indexes = new Option<string[]>("--index")
        {
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "NAME or PREFIX*",
            Description = "An index that the key is for, or several separated by commas; may be repeated [default all indexes]",
        };
        var command = Build("add", "Makes a key and shows it once", NameArgument(), context, hostArguments, (path, name, parsed) =>
            Add(
                path,
                name,
                parsed.GetValue(roles) ?? [],
                [.. (parsed.GetValue(indexes) ?? []).SelectMany(index => index.Split(',', StringSplitOptions.TrimEntries))],
                context));
        command.Options.Insert(0, indexes);
        command.Options.Insert(0, roles);
        return command;
    }

    private static Argument<string> NameArgument() => new("NAME") { Description = "The key's name" };

    private static Command Build(
        string verb,
        string description,
        Argument<string>? name,
        CommandContext context,
        string[] hostArguments,
        Action<string, string, ParseResult> run)
    {
        var command = new Command(verb, description);
        if (name is not null)
            command.Arguments.Add(name);
        SettingOptions.AddTo(command, ServerSettings.KeysFile, ServerSettings.ConfigFile);
        command.SetAction(parsed =>
        {
            var configuration = SettingSources.ReadOnce(context.Environment, new GivenSettings(SettingOptions.Read(parsed), hostArguments));
            var path = configuration[ServerSettings.KeysFile.ConfigurationKey] is { Length: > 0 } file
                ? Path.GetFullPath(file)
                : throw new SettingsException($"keys needs the keys file: set {ServerSettings.KeysFile}");
            run(path, name is null ? "" : parsed.GetRequiredValue(name), parsed);
        });
        return command;
    }

    private static void Add(string path, string name, string[] roles, string[] indexes, CommandContext context)
    {
        var role = KeyRole.Read;
        if (roles.Length > 1 || (roles.Length == 1 && !KeyRoles.TryParse(roles[0], out role)))
            throw new SettingsException("--role must be one of read, write, admin");

        var key = KeyText.Make();
        var stored = new StoredKey
        {
            Name = name,
            Role = role,
            Indexes = indexes,
            Sha256 = Convert.ToHexStringLower(KeyText.Hash(key)),
            CreatedAt = context.Time.GetUtcNow(),
        };
        KeysFile.Check(stored);
        KeysFile.Change(path, keys => keys.Any(other => other.Name == name)
            ? throw new SettingsException($"There is a key '{name}' already: remove it first, or take another name while clients change over")
            : [.. keys, stored]);
        context.Messages.WriteLine($"Added {Describe(stored)}. The key is shown this once; the file keeps its hash:");
        context.Output.WriteLine(key);
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
}
