namespace VectorServer.Storage;

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

    /// <summary>
    /// The share of answers, since the namespace was opened or compacted, of which it is known that no nearer record was left out; null
    /// before the first.
    /// </summary>
    public double? CertifiedShare { get; init; }
}
