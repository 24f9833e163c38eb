namespace VectorServer.Storage;

/// <summary>What a verification found in one namespace.</summary>
/// <param name="Index">The index.</param>
/// <param name="Namespace">The client's name.</param>
/// <param name="Rows">Rows compared, dead ones too.</param>
/// <param name="FindingCount">Findings in all.</param>
/// <param name="Findings">The first thousand of them.</param>
public sealed record NamespaceIntegrity(string Index, string Namespace, int Rows, int FindingCount, IReadOnlyList<IntegrityFinding> Findings)
{
    /// <summary>What repair did; null where none was asked for or needed.</summary>
    public RepairOutcome? Repair { get; init; }

    /// <summary>Says that a newer version of the program made it, so that it is neither looked into nor repaired; otherwise null.</summary>
    public string? NewerFormat { get; init; }

    /// <summary>Nothing is damaged, or all that was has been repaired; of a newer format nothing is known.</summary>
    public bool IsWhole => NewerFormat is null && (FindingCount == 0 || Repair is { IsRepaired: true });
}
