namespace VectorServer.Storage;

/// <summary>What a repair did.</summary>
/// <param name="IsRepaired">False where nothing could be saved, and everything is as it was; or where <see cref="Left"/> is.</param>
/// <param name="RecordsKept">Records whole.</param>
/// <param name="RecordsLost">Records that were damaged.</param>
/// <param name="OperationsLost">Requests in the log that were damaged, as far as the log tells.</param>
/// <param name="LostIds">The first thousand ids of records lost, where they can be read.</param>
/// <param name="AreDeathsUncertain">Whether tombstones were damaged: deleted records may be back, others may be gone.</param>
/// <param name="Quarantine">Where the damaged original lies, relative to the data directory; null where nothing was moved.</param>
public sealed record RepairOutcome(
    bool IsRepaired, int RecordsKept, int RecordsLost, long OperationsLost, IReadOnlyList<string> LostIds, bool AreDeathsUncertain, string? Quarantine)
{
    /// <summary>What a verification after the repair found.</summary>
    public IReadOnlyList<IntegrityFinding> Left { get; init; } = [];
}
