using System.CommandLine;
using VectorServer.Storage;

namespace VectorServer.Api.Commands;

/// <summary><c>VectorServer verify --data DIR</c> and <c>repair</c>: the same as the maintenance endpoints, for a directory that no server has open.</summary>
internal static class IntegrityCommand
{
    public const string Verify = "verify";
    public const string Repair = "repair";

    private const int DamagedExitCode = 2;
    private const int NewerExitCode = 3;

    private static readonly ServerSetting Data = ServerSettings.DataDirectory;

    public static Command Build(string verb, CommandContext context)
    {
        var command = new Command(verb, verb == Verify
            ? "Names file and place of all damage in a data directory that is not in use; exit code 2 if there is any"
            : "Rebuilds what is derived, saves what is whole, keeps originals in DIR/quarantine; exit code 2 if damage is left");
        command.Options.Add(new Option<string[]>(Data.Switch)
        {
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "DIR",
            Description = "The data directory; exit code 3 if a newer version of VectorServer made it",
        });
        command.SetAction((parsed, _) =>
        {
            var directory = Path.GetFullPath(SettingOptions.Read(parsed)[Data.ConfigurationKey]!);
            return RunAsync(verb, directory, context.Output);
        });
        return command;
    }

    /// <exception cref="SettingsException">It has not the one option it takes, or has others.</exception>
    public static void Check(ParseResult parsed)
    {
        if (parsed.Errors.Count > 0 || SettingOptions.Read(parsed) is not { Count: 1 } given || !given.ContainsKey(Data.ConfigurationKey))
            throw new SettingsException($"{parsed.CommandResult.Command.Name} takes {Data.Switch} DIR and nothing else");
    }

    /// <returns>0 where everything is whole, or is again; 2 where it is not; 3 where a newer version made what is not.</returns>
    /// <exception cref="SettingsException">The directory is in use, or is none.</exception>
    private static async Task<int> RunAsync(string verb, string directory, TextWriter output)
    {
        var report = await InspectAsync(verb, directory);
        foreach (var ns in report.Namespaces)
            await WriteAsync(ns, output);
        foreach (var other in report.Others)
            await output.WriteLineAsync(other);
        await output.WriteLineAsync(report.IsWhole ? "whole" : report.IsNewer ? "newer" : "damaged");
        return report.IsWhole ? 0 : report.IsNewer ? NewerExitCode : DamagedExitCode;
    }

    private static async Task<DataDirectoryReport> InspectAsync(string verb, string directory)
    {
        try
        {
            return await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = directory }, repair: verb == Repair);
        }
        catch (StorageException e)
        {
            throw new SettingsException($"{directory}: {e.Message}"); // which the engine never names
        }
    }

    private static async Task WriteAsync(NamespaceIntegrity ns, TextWriter output)
    {
        var name = $"{ns.Index}/{(ns.Namespace.Length == 0 ? "__default__" : ns.Namespace)}";
        if (ns.NewerFormat is { } newer)
        {
            await output.WriteLineAsync($"{name}: {newer}");
            return;
        }

        await output.WriteLineAsync($"{name}: {ns.Rows} rows, {ns.FindingCount} damaged");
        foreach (var finding in ns.Findings)
        {
            var place = $"{(finding.Offset is { } offset ? $" at {offset}" : "")}{(finding.Row is { } row ? $", row {row}" : "")}{(finding.Id is { } id ? $", id '{id}'" : "")}";
            await output.WriteLineAsync($"  {finding.File}{place}: {finding.What}");
        }

        if (ns.Repair is { IsRepaired: false, Left: [var left, ..] })
            await output.WriteLineAsync($"  not repaired: {left.File} is still damaged: {left.What}");
        else if (ns.Repair is { IsRepaired: false })
            await output.WriteLineAsync("  not repaired: nothing can be saved, all is as it was; restore a backup, or delete the namespace");
        else if (ns.Repair is { } repair)
            await output.WriteLineAsync(
                $"  repaired: {repair.RecordsKept} records kept, {repair.RecordsLost} lost, {repair.OperationsLost} logged operations lost"
                + (repair.LostIds.Count == 0 ? "" : $" ({string.Join(", ", repair.LostIds)})")
                + (repair.AreDeathsUncertain ? "; tombstones were damaged, so deleted records may be back" : "")
                + (repair.Quarantine is { } quarantine ? $"; original in {quarantine}" : ""));
    }
}
