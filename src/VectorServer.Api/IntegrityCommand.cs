using VectorServer.Storage;

namespace VectorServer.Api;

/// <summary><c>VectorServer verify --data DIR</c> and <c>repair</c>: the same as the maintenance endpoints, for a directory that no server has open.</summary>
internal static class IntegrityCommand
{
    public const string Help = """
        Commands: VectorServer verify --data DIR   names file and place of all damage in a data directory that is not in use
                  VectorServer repair --data DIR   makes anew what is derived, saves what is whole, keeps originals in DIR/quarantine
        """;

    public static bool IsAsked(string[] args) => args is ["verify" or "repair", ..];

    /// <returns>0 where everything is whole, or is again; 2 where it is not.</returns>
    /// <exception cref="StorageException">The directory is in use, or is none.</exception>
    /// <exception cref="SettingsException">An argument is unknown.</exception>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        if (ServerSettings.Expand(args[1..]) is not [var data] || !data.StartsWith("--data=", StringComparison.Ordinal))
            throw new SettingsException($"{args[0]} takes --data DIR and nothing else");
        var report = await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = data["--data=".Length..] }, repair: args[0] == "repair");
        foreach (var ns in report.Namespaces)
            await WriteAsync(ns, output);
        foreach (var other in report.Others)
            await output.WriteLineAsync(other);
        await output.WriteLineAsync(report.IsWhole ? "whole" : "damaged");
        return report.IsWhole ? 0 : 2;
    }

    private static async Task WriteAsync(NamespaceIntegrity ns, TextWriter output)
    {
        var name = $"{ns.Index}/{(ns.Namespace.Length == 0 ? "__default__" : ns.Namespace)}";
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
