namespace VectorServer.Storage;

/// <summary>What was found in a data directory.</summary>
/// <param name="Namespaces">Every namespace.</param>
/// <param name="Others">Damage of what is no namespace: registry entries, calibrations, aliases, backups.</param>
public sealed record DataDirectoryReport(IReadOnlyList<NamespaceIntegrity> Namespaces, IReadOnlyList<string> Others)
{
    /// <summary>Whether nothing is damaged, or all that was has been repaired.</summary>
    public bool IsWhole => Others.Count == 0 && Namespaces.All(ns => ns.IsWhole);

    /// <summary>Whether all that is not whole was made by a newer version of the program, and nothing is known to be damaged.</summary>
    public bool IsNewer => !IsWhole && Others.Count == 0 && Namespaces.All(ns => ns.IsWhole || ns.NewerFormat is not null);
}
