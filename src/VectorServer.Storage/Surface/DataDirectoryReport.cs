namespace VectorServer.Storage;

/// <summary>What was found in a data directory.</summary>
/// <param name="Namespaces">Every namespace.</param>
/// <param name="Others">Damage of what is no namespace: registry entries, calibrations, aliases, backups.</param>
public sealed record DataDirectoryReport(IReadOnlyList<NamespaceIntegrity> Namespaces, IReadOnlyList<string> Others)
{
    /// <summary>Whether nothing is damaged, or all that was has been repaired.</summary>
    public bool IsWhole => Others.Count == 0 && Namespaces.All(ns => ns.FindingCount == 0 || ns.Repair is { IsRepaired: true });
}
