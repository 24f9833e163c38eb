using VectorServer.Storage.Codecs;
using VectorServer.Storage.IO;
using VectorServer.Storage.Npy;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Namespaces;

/// <summary>What lists and statistics say of a namespace that is closed.</summary>
/// <param name="name">The client's name.</param>
/// <param name="rowBytes">Bytes of a raw vector.</param>
/// <param name="counts">As of its newest operation.</param>
/// <param name="filterableFields">Declared at its creation; null when all are indexed.</param>
/// <param name="sizeBytes">Bytes on disk; asked for by lists, which show a page.</param>
internal sealed class NamespaceAsLeft(
    string name, int rowBytes, NamespaceCounts counts, IReadOnlyList<string>? filterableFields, Func<long> sizeBytes)
{
    private const int SqlitePageBytesMin = 512;

    private readonly Lazy<long> _sizeBytes = new(sizeBytes);

    public NamespaceCounts Counts { get; } = counts;

    public IReadOnlyList<string>? FilterableFields { get; } = filterableFields;

    public NamespaceInfo Info => new(name, Counts.LiveCount, FilterableFields, _sizeBytes.Value);

    /// <summary>For statistics.</summary>
    /// <param name="wanted">The codes that the index asks for: an opening leaves others aside.</param>
    public NamespaceStorageStats Storage(Compression wanted) => new(
        name,
        Counts.LiveCount,
        (Counts.Compression == wanted ? wanted : Compression.Float32).ToName(),
        rowBytes,
        Counts.Compression == wanted ? Counts.CodeBytesPerVector : 0,
        Counts.RowCount - Counts.LiveCount,
        Counts.IndexKind.ToName(),
        Counts.IndexedRows,
        Counts.IndexBytes);

    /// <summary>
    /// Looks at the small files of a namespace that nobody has open: a few reads, whatever its size. Null where they do not tell, or tell of
    /// damage: then an opening must.
    /// </summary>
    /// <param name="directory">The namespace's.</param>
    /// <param name="name">The client's name.</param>
    /// <param name="filterableFields">Those declared, if they are known already; else they are read too.</param>
    /// <param name="dimension">Of its vectors.</param>
    public static NamespaceAsLeft? Look(string directory, string name, Lazy<IReadOnlyList<string>?> filterableFields, int dimension)
    {
        try
        {
            var checkpoint = Checkpoint.Read(NamespaceLayout.Checkpoint(directory));
            var generation = NamespaceLayout.Generation(directory, checkpoint.Generation);
            if (LogEnd.Find(NamespaceLayout.Wal(directory), new Lsn(checkpoint.Lsn), checkpoint.HasLog) is not { } end
                || !HasFiles(generation, checkpoint, dimension))
                return null;
            var counts = CountsFile.TryRead(NamespaceLayout.Counts(directory)) is { } found && found.Lsn == end.Lsn ? found
                : end.Lsn.Value == checkpoint.Lsn ? Folded(checkpoint, generation)
                : null;
            return counts?.Generation == checkpoint.Generation
                ? Of(directory, name, counts, filterableFields.Value, dimension, end.OperationBytes)
                : null;
        }
        catch (Exception e) when (e is StorageException || e.IsDiskError())
        {
            return null;
        }
    }

    /// <summary>Of a namespace whose counts are known.</summary>
    public static NamespaceAsLeft Of(
        string directory, string name, NamespaceCounts counts, IReadOnlyList<string>? filterableFields, int dimension, long logBytes = 0) =>
        new(
            name,
            dimension * sizeof(float),
            counts,
            filterableFields,
            () => Generation.SizeBytes(NamespaceLayout.Generation(directory, counts.Generation), counts.RowCount, dimension * sizeof(float)) + logBytes);

    /// <summary>What a checkpoint with an empty log tells: of a directory older than counts, or restored.</summary>
    private static NamespaceCounts? Folded(Checkpoint checkpoint, string generation)
    {
        if (File.Exists(NamespaceLayout.CandidateIndex(generation)))
            return null;
        var path = NamespaceLayout.Codec(generation);
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : null;
        if (bytes is not null && CodecFormat.IsOfEarlierVersion(bytes))
            return null; // other codes are made when it is opened
        var codec = bytes is null ? null : Codec.Deserialize(bytes);
        return new NamespaceCounts(
            new Lsn(checkpoint.Lsn),
            checkpoint.Generation,
            checkpoint.RowCount,
            checkpoint.LiveCount,
            codec?.Compression ?? Compression.Float32,
            codec?.CodeBytesPerVector ?? 0,
            IndexKind.Flat,
            IndexedRows: 0,
            IndexBytes: 0);
    }

    private static bool HasFiles(string generation, Checkpoint checkpoint, int dimension)
    {
        static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : -1;
        var metadata = LengthOf(NamespaceLayout.Metadata(generation));
        return metadata > 0 && metadata % SqlitePageBytesMin == 0
            && LengthOf(NamespaceLayout.Vectors(generation)) >= NpyHeader.Bytes + ((long)checkpoint.RowCount * dimension * sizeof(float));
    }
}
