using System.CommandLine;
using System.CommandLine.Parsing;

namespace VectorServer.Api.Commands;

/// <summary>An option for each setting.</summary>
internal static class SettingOptions
{
    /// <param name="command">Takes them.</param>
    /// <param name="shown">Those that help names; null for all.</param>
    public static void AddTo(Command command, params ReadOnlySpan<ServerSetting> shown)
    {
        foreach (var setting in ServerSettings.All)
        {
            command.Options.Add(new Option<string[]>(setting.Switch)
            {
                Arity = ArgumentArity.ZeroOrMore, // so that the last counts, and a flag may stand alone
                HelpName = setting.Key,
                Description = Describe(setting),
                Hidden = !shown.IsEmpty && !shown.Contains(setting),
            });
        }
    }

    /// <summary>The settings given, by <see cref="ServerSetting.ConfigurationKey"/>. An empty value says nothing.</summary>
    public static IReadOnlyDictionary<string, string?> Read(ParseResult parsed)
    {
        var values = new Dictionary<string, string?>();
        foreach (var (option, value) in Given(parsed))
        {
            if (ServerSettings.All.FirstOrDefault(setting => setting.Switch == option) is { } setting && value is { Length: > 0 })
                values[setting.ConfigurationKey] = value;
        }

        return values;
    }

    /// <summary>Every option given, with its last value; a flag alone is true, another option without a value has null.</summary>
    public static IEnumerable<(string Option, string? Value)> Given(ParseResult parsed)
    {
        var commands = new List<CommandResult>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = command.Parent)
            commands.Insert(0, command);
        return
            from command in commands
            from option in command.Children.OfType<OptionResult>()
            where !option.Implicit && option.Option is Option<string[]>
            let isFlag = ServerSettings.Flags.Any(flag => flag.Switch == option.Option.Name)
            select (option.Option.Name, option.Tokens.Count > 0 ? option.Tokens[^1].Value : isFlag ? "true" : null);
    }

    private static string Describe(ServerSetting setting) =>
        $"{setting.Description} [{setting.Environment}{(setting.Default.Length == 0 ? "" : $", default {setting.Default}")}]";
}
