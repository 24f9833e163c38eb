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
}
