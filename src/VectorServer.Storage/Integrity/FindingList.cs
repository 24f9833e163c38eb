namespace VectorServer.Storage.Integrity;

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
