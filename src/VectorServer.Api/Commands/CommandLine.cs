using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace VectorServer.Api.Commands;

/// <summary>The command line: verbs, of which <c>serve</c> may be left out, and an option for each setting.</summary>
internal static class CommandLine
{
    private const string Description = """
        VectorServer: Pinecone's API from a data directory of your own.
          Every <Setting> below is an option, the environment variable in brackets, and a key of section "VectorServer" in appsettings.json.
          Stronger first: option, environment variable, file of --config, appsettings.json of the working directory.
        """;

    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingsException">The arguments are not understood, or what they ask for cannot be.</exception>
    public static Task<int> RunAsync(string[] args, CommandContext context)
    {
        var (hostArguments, others) = GivenSettings.Split(args);
        var root = Build(context, hostArguments);
        var parsed = Parse(root, others);
        if (parsed.Action is not (HelpAction or VersionAction))
            Check(root, parsed, others);

        // The host hears signals itself, and errors are told by who started us.
        return parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = context.Output,
            Error = context.Messages,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    /// <summary>The settings that options give; a later one of the same name wins.</summary>
    public static IReadOnlyDictionary<string, string?> ReadSettings(string[] args) => SettingOptions.Read(Parse(Build(CommandContext.None, []), args));

    /// <summary>For messages: what fails where these arguments fail.</summary>
    public static string PurposeOf(string[] args) =>
        args is [KeyCommand.Name or IntegrityCommand.Verify or IntegrityCommand.Repair, ..] ? "do this" : "start";

    private static RootCommand Build(CommandContext context, string[] hostArguments)
    {
        var root = new RootCommand(Description);
        root.Directives.Clear();
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        SettingOptions.AddTo(root);
        root.Subcommands.Add(ServeCommand.Build(context, hostArguments));
        root.Subcommands.Add(KeyCommand.Build(context, hostArguments));
        root.Subcommands.Add(IntegrityCommand.Build(IntegrityCommand.Verify, context));
        root.Subcommands.Add(IntegrityCommand.Build(IntegrityCommand.Repair, context));
        root.Action = root.Subcommands[0].Action; // serve is what is meant without a verb
        return root;
    }

    // A value may begin with any character.
    private static ParseResult Parse(RootCommand root, string[] args) =>
        root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });

    private static void Check(RootCommand root, ParseResult parsed, string[] args)
    {
        foreach (var (option, value) in SettingOptions.Given(parsed))
        {
            // "--data --port 1" lacks a value; "--data=--port" has one.
            if (value is null || (value.StartsWith("--", StringComparison.Ordinal) && !args.Contains($"{option}={value}")))
                throw new SettingsException($"{option} needs a value");
        }

        var command = parsed.CommandResult.Command;
        if (command.Name is IntegrityCommand.Verify or IntegrityCommand.Repair)
            IntegrityCommand.Check(parsed);
        if (parsed.UnmatchedTokens.FirstOrDefault(token => token.StartsWith('-')) is { } unknown)
        {
            var name = unknown.Split('=')[0];
            var hint = Nearest.Hint(name, command.Options.Select(known => known.Name));
            throw new SettingsException($"Unknown argument {name}{hint}; --help lists all settings");
        }

        if (parsed.Errors.Count == 0)
            return;
        if (command == root)
        {
            var word = parsed.UnmatchedTokens[0];
            var hint = Nearest.Hint(word, root.Subcommands.Select(known => known.Name));
            throw new SettingsException($"Unknown argument {word}{hint}; --help lists all commands");
        }

        throw new SettingsException($"Unknown command. {HelpOf(root, parsed)}");
    }

    private static string HelpOf(RootCommand root, ParseResult parsed)
    {
        var words = new List<string> { "--help" };
        for (var result = parsed.CommandResult; result.Command != root; result = (System.CommandLine.Parsing.CommandResult)result.Parent!)
            words.Insert(0, result.Command.Name);
        using var text = new StringWriter();
        Parse(root, [.. words]).Invoke(new InvocationConfiguration { Output = text });
        return text.ToString();
    }

    private sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ServerVersion.Text);
            return 0;
        }
    }
}
