using VectorServer.Storage.Ann;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Filters;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <summary>What a query asks of one namespace. Exactly one way to ask: <see cref="Vector"/>, <see cref="Sparse"/>, both, or <see cref="Id"/>.</summary>
public sealed record VectorQuery
{
    /// <summary>How many matches at most, at least 1.</summary>
    public required int TopK { get; init; }

    /// <summary>Dense query, <c>[dimension]</c>.</summary>
    public ReadOnlyMemory<float>? Vector { get; init; }

    public SparseVector? Sparse { get; init; }

    /// <summary>Ask with the vectors of this stored record; an unknown id matches nothing.</summary>
    public string? Id { get; init; }

    /// <summary>Only records that satisfy it are scored.</summary>
    public Filter? Filter { get; init; }

    public bool IncludeValues { get; init; }

    public bool IncludeMetadata { get; init; }

    /// <summary>How many candidates the codes may shortlist before exact rescoring; null lets the engine choose.</summary>
    public int? MaxCandidates { get; init; }

    /// <summary>Effort relative to the engine's default candidate count, 0.5..4; anything else is refused. Null is 4, the default.</summary>
    public float? ScanFactor { get; init; }

    /// <summary>Scan the raw vectors even where codes exist.</summary>
    public bool Exact { get; init; }

    /// <summary>Leaves out matches that score lower. Not for <see cref="Scoring.Metric.Euclidean"/>.</summary>
    public double? MinScore { get; init; }

    /// <summary>Leaves out matches that are farther, as a squared distance. For <see cref="Scoring.Metric.Euclidean"/> alone.</summary>
    public double? MaxDistance { get; init; }

    /// <summary>Adds <see cref="QueryResult.Explanation"/>.</summary>
    public bool Explain { get; init; }
}

/// <summary>One of several queries asked together.</summary>
public sealed record NamespaceQuery(string Namespace, VectorQuery Query);

/// <summary>A match: <paramref name="Score"/> as the metric defines it; parts not asked for are empty or null.</summary>
public sealed record ScoredRecord(string Id, double Score, ReadOnlyMemory<float> Values, SparseVector? Sparse, RecordMetadata? Metadata);

/// <summary>Matches, best first; ties by id.</summary>
public sealed record QueryResult(IReadOnlyList<ScoredRecord> Matches, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>How it was answered; null unless asked for.</summary>
    public QueryExplanation? Explanation { get; init; }
}

/// <summary>How many records there are.</summary>
public sealed record CountResult(int Count, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";
}

public sealed record FetchResult(IReadOnlyList<VectorRecord> Records, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";
}

/// <summary>One page; <paramref name="NextAfterId"/> continues it and is null on the last.</summary>
public sealed record RecordPage(IReadOnlyList<VectorRecord> Records, string? NextAfterId, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";
}

/// <summary>One page of ids in UTF-8 byte order; <paramref name="NextAfterId"/> continues it and is null on the last.</summary>
public sealed record IdPage(IReadOnlyList<string> Ids, string? NextAfterId, Lsn MaxIndexedLsn)
{
    /// <summary>The namespace that was read: an alias's target where an alias was asked.</summary>
    public string Namespace { get; init; } = "";
}

/// <summary>A write took effect: durable, and visible to every read whose LSN is not below this one, which the next read's is unless visibility is delayed.</summary>
public sealed record WriteResult(Lsn Lsn);

/// <summary>How many records a filtered update matched, over and above the per-call change limit too.</summary>
public sealed record FilteredUpdateResult(int MatchedRecords, Lsn Lsn);

/// <summary>A change to one record; null parts stay as they are, metadata fields are merged.</summary>
public sealed record RecordUpdate(string Id, ReadOnlyMemory<float>? Values = null, SparseVector? Sparse = null, RecordMetadata? SetMetadata = null);

/// <summary>A namespace as a client sees it.</summary>
/// <param name="Name">The client's name; the default namespace is the empty string.</param>
/// <param name="RecordCount">Live records.</param>
/// <param name="FilterableFields">Metadata fields declared at creation; null when all are indexed.</param>
/// <param name="SizeBytes">Bytes on disk.</param>
public sealed record NamespaceInfo(string Name, long RecordCount, IReadOnlyList<string>? FilterableFields, long SizeBytes)
{
    /// <summary>Why it is not served; null for a namespace that is whole.</summary>
    public string? Damage { get; init; }
}

/// <summary>A namespace that is not served, and why.</summary>
public sealed record DamagedNamespace(string Name, string What);

/// <summary>One page of namespaces; <paramref name="NextAfterName"/> continues it and is null on the last. <paramref name="TotalCount"/> counts all that match the prefix.</summary>
public sealed record NamespacePage(IReadOnlyList<NamespaceInfo> Namespaces, string? NextAfterName, int TotalCount);

/// <summary>How a namespace is stored, for the statistics extension.</summary>
/// <param name="Name">The client's name; the default namespace is the empty string.</param>
/// <param name="RecordCount">Live records.</param>
/// <param name="Compression">The codes in use: <c>float32</c> until a code is calibrated.</param>
/// <param name="RawBytesPerVector">Bytes of one raw vector.</param>
/// <param name="CodeBytesPerVector">Bytes of one code with its share of block data; 0 without codes.</param>
/// <param name="DeletedRows">Rows that compaction would give back.</param>
/// <param name="IndexKind">The approximate index in use: <c>flat</c> while there is none.</param>
/// <param name="IndexedRows">Rows it holds; those behind are scanned.</param>
/// <param name="IndexBytes">Memory it takes.</param>
public sealed record NamespaceStorageStats(
    string Name, long RecordCount, string Compression, int RawBytesPerVector, double CodeBytesPerVector, long DeletedRows,
    string IndexKind, long IndexedRows, long IndexBytes)
{
    /// <summary>How much of the true best 10 the latest sampled queries found, 0..1; null before the first, and when only exact plans are used.</summary>
    public double? RecallAt10 { get; init; }

    /// <summary>Queries compared since the codes and the index are what they are.</summary>
    public long RecallSamples { get; init; }

    /// <summary>Inverted lists of the index: as many as were asked for, or as its different vectors allow; 0 for kinds without.</summary>
    public int IndexLists { get; init; }

    /// <summary>The effort that was measured to reach the recall asked for, at topK 10: ef or nprobe; 0 where a scan is cheaper; null until then.</summary>
    public int? IndexEffort { get; init; }

    /// <summary>Rows that have codes; those behind are scanned.</summary>
    public long CodedRows { get; init; }

    /// <summary>The share of answers, since the namespace was opened or compacted, of which it is known that no nearer record was left out; null before the first.</summary>
    public double? CertifiedShare { get; init; }

    /// <summary>Those of a snapshot, without what is measured of queries.</summary>
    internal static NamespaceStorageStats Of(string name, NamespaceSnapshot snapshot)
    {
        var codec = snapshot.Codes?.Codec;
        return new NamespaceStorageStats(
            name,
            snapshot.LiveCount,
            (codec?.Compression ?? Codecs.Compression.Float32).ToName(),
            snapshot.Generation.Vectors.RowBytes,
            codec?.CodeBytesPerVector ?? 0,
            snapshot.RowCount - snapshot.LiveCount,
            (snapshot.Nearest?.Kind ?? Ann.IndexKind.Flat).ToName(),
            Math.Min(snapshot.Nearest?.Count ?? 0, snapshot.RowCount),
            snapshot.Nearest?.Bytes ?? 0)
        {
            IndexLists = snapshot.Nearest?.Lists ?? 0,
            IndexEffort = snapshot.Nearest?.Held?.Usual.OfFew,
            CodedRows = Math.Min(snapshot.Codes?.Count ?? 0, snapshot.RowCount),
            CertifiedShare = snapshot.Generation.Answers.CertifiedShare,
        };
    }
}

public sealed record IndexStats(IReadOnlyList<NamespaceStorageStats> Namespaces)
{
    /// <summary>Namespaces that are damaged and so not among <see cref="Namespaces"/>.</summary>
    public IReadOnlyList<DamagedNamespace> Damaged { get; init; } = [];

    public long TotalRecordCount => Namespaces.Sum(ns => ns.RecordCount);
}
