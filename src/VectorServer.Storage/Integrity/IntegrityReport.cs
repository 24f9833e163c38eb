namespace VectorServer.Storage.Integrity;

/// <summary>One thing that is not as it was written.</summary>
/// <param name="File">Relative to the namespace's directory.</param>
/// <param name="Offset">Bytes from the file's start; null where SQLite keeps the place to itself.</param>
/// <param name="Row">The row of a vector or of metadata; null for what is no row.</param>
/// <param name="Id">The record's id, where it can be read.</param>
/// <param name="What">In words.</param>
/// <param name="IsDerived">Whether it is made anew from what is whole, and nothing is lost with it.</param>
public sealed record IntegrityFinding(string File, long? Offset, int? Row, string? Id, string What, bool IsDerived);

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

/// <summary>Gathers findings, and keeps the first thousand.</summary>
internal sealed class FindingList
{
    public const int KeptMax = 1000;

    private readonly List<IntegrityFinding> _kept = [];

    public int Count { get; private set; }

    public bool IsAllDerived { get; private set; } = true;

    public IReadOnlyList<IntegrityFinding> Kept => _kept;

    public void Add(string file, string what, long? offset = null, int? row = null, string? id = null, bool isDerived = false)
    {
        Count++;
        IsAllDerived &= isDerived;
        if (_kept.Count < KeptMax)
            _kept.Add(new IntegrityFinding(file, offset, row, id, what, isDerived));
    }
}
