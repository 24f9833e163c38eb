using VectorServer.Storage.Ann;
using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// What a namespace holds at one LSN. Immutable: rows are never changed, later rows lie behind <paramref name="RowCount"/>, later deaths
/// bear later LSNs.
/// </summary>
/// <param name="Generation">The rows.</param>
/// <param name="FirstRow">Rows below it were removed all at once.</param>
/// <param name="RowCount">Rows written, dead ones included.</param>
/// <param name="LiveCount">Records.</param>
/// <param name="Lsn">The newest operation it shows.</param>
/// <param name="Codes">Codes of its first rows, perhaps of later ones too; null while there are none.</param>
internal sealed record NamespaceSnapshot(Generation Generation, int FirstRow, int RowCount, int LiveCount, Lsn Lsn, RowCodes? Codes)
{
    /// <summary>An approximate index of its first rows, perhaps of later ones too; null while there is none.</summary>
    public CandidateIndex? Nearest { get; init; }

    /// <summary>The newest step of each writer that named its steps, oldest first.</summary>
    public IReadOnlyList<IdempotencyKey> Done { get; init; } = [];

    public NamespaceSnapshot WithDone(IdempotencyKey key) =>
        this with { Done = [.. Done.Where(done => done.Writer != key.Writer).TakeLast(IdempotencyKey.WritersMax - 1), key] };

    /// <summary>Whether a step was done before.</summary>
    public bool HasDone(IdempotencyKey? key) => key is not null && Done.Contains(key);

    public bool IsLive(int row) => row >= FirstRow && row < RowCount && !Generation.Tombstones.IsDead(row, Lsn);

    /// <summary>The rows of all records, ascending.</summary>
    public IEnumerable<int> LiveRows() => Enumerable.Range(FirstRow, RowCount - FirstRow).Where(IsLive);

    /// <summary>The live row of an id; -1 if there is none.</summary>
    public int Find(string id)
    {
        var row = Generation.Ids.Find(id, RowCount);
        return row >= 0 && IsLive(row) ? row : -1;
    }

    /// <summary>How it is stored, without what is measured of queries.</summary>
    public NamespaceStorageStats StatsOf(string name)
    {
        var codec = Codes?.Codec;
        return new NamespaceStorageStats(
            name,
            LiveCount,
            (codec?.Compression ?? Compression.Float32).ToName(),
            Generation.Vectors.RowBytes,
            codec?.CodeBytesPerVector ?? 0,
            RowCount - LiveCount,
            (Nearest?.Kind ?? IndexKind.Flat).ToName(),
            Math.Min(Nearest?.Count ?? 0, RowCount),
            Nearest?.Bytes ?? 0)
        {
            IndexLists = Nearest?.Lists ?? 0,
            IndexEffort = Nearest?.Held?.Usual.OfFew,
            CodedRows = Math.Min(Codes?.Count ?? 0, RowCount),
            CertifiedShare = Generation.Answers.CertifiedShare,
        };
    }
}

/// <summary>A snapshot held for reading; dispose it to let its files go.</summary>
internal readonly struct SnapshotLease(NamespaceSnapshot snapshot) : IDisposable
{
    public NamespaceSnapshot Snapshot { get; } = snapshot;

    public void Dispose() => Snapshot.Generation.Release();
}
