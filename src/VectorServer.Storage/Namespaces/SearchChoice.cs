using System.Runtime.InteropServices;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Ann.Ivf;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>Measures the effort with which a snapshot's approximate index reaches the recall that the options ask for.</summary>
internal delegate HeldRecall RecallMeasure(
    IndexDescriptor index, SearchOptions options, NamespaceSnapshot snapshot, int threads, CancellationToken cancellation);

/// <summary>Which approximate index the namespaces of an index use, and from when on. Shared by them; changed when the index is configured.</summary>
/// <param name="index">What the index is.</param>
/// <param name="tune">Measures the effort that reaches the recall asked for; null leaves each kind its usual one.</param>
internal sealed class SearchChoice(IndexDescriptor index, RecallMeasure? tune = null)
{
    /// <summary>
    /// Rows from which <see cref="IndexKind.Auto"/> builds a graph: below, a scan of the codes takes less than a millisecond and misses
    /// nothing.
    /// </summary>
    public const int AutoRows = 200_000;

    /// <summary>Rows from which a kind that was asked for is built: below, an exact scan is as fast.</summary>
    public const int NamedRows = 1_000;

    private SearchOptions _options = index.Search;

    public Metric Metric => index.Metric;

    public SearchOptions Options => Volatile.Read(ref _options);

    /// <summary>Tells the options from others, in files too; never 0.</summary>
    public uint Mark => MarkOf(Options);

    public void Change(SearchOptions options) => Volatile.Write(ref _options, options);

    /// <summary>The kind that a namespace should have now; <see cref="IndexKind.Flat"/> for none.</summary>
    public IndexKind KindFor(NamespaceSnapshot snapshot) => KindFor(snapshot.LiveCount);

    /// <summary>The same of one with so many records.</summary>
    public IndexKind KindFor(int liveCount)
    {
        var kind = Options.Kind;
        if (index.Dimension == 0 || kind == IndexKind.Flat)
            return IndexKind.Flat;
        if (kind == IndexKind.Auto)
            return liveCount >= AutoRows ? IndexKind.Hnsw : IndexKind.Flat;
        return liveCount >= NamedRows ? kind : IndexKind.Flat;
    }

    /// <summary>Whether an index is still what the options ask for.</summary>
    public bool Fits(CandidateIndex candidates, IndexKind wanted) => candidates.Kind == wanted && candidates switch
    {
        HnswGraph graph => graph.Parameters == HnswParametersOf(Options),
        IvfIndex lists => lists.ListsAsked == Options.IvfLists,
        _ => true,
    };

    /// <summary>Whether an index is searched with an effort that was measured for what the options ask for, and for about the rows it has.</summary>
    public bool IsTuned(CandidateIndex candidates) =>
        tune is null
        || EffortByHand(Options, candidates.Kind) is not null
        || (candidates.Held is { } held && held.Target == Options.Recall && held.Holds(candidates.Count));

    /// <summary>Measures the effort that an index needs.</summary>
    public void Tune(NamespaceSnapshot snapshot, CandidateIndex candidates, int threads, CancellationToken cancellation)
    {
        if (tune is not null)
            candidates.Held = tune(index, Options, snapshot with { Nearest = candidates }, threads, cancellation);
    }

    /// <summary>An empty index of a kind.</summary>
    public CandidateIndex Create(IndexKind kind) => kind switch
    {
        IndexKind.Hnsw => new HnswGraph(index.Metric, index.Dimension, HnswParametersOf(Options)),
        IndexKind.IvfFlat or IndexKind.IvfPq => new IvfIndex(kind, index.Metric, index.Dimension, Options.IvfLists),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not an approximate index."),
    };

    /// <summary>The effort that was set by hand for a kind; null where it is measured.</summary>
    public static int? EffortByHand(SearchOptions options, IndexKind kind) => kind == IndexKind.Hnsw ? options.HnswEf : options.IvfProbes;

    /// <summary>Tells options from others, in files too; never 0.</summary>
    public static uint MarkOf(SearchOptions options)
    {
        double[] all =
        [
            (int)options.Kind, options.HnswM, options.HnswEfConstruction, options.Recall, options.HnswEf ?? 0, options.IvfLists ?? 0, options.IvfProbes ?? 0,
        ];
        return Crc32C.Compute(MemoryMarshal.AsBytes<double>(all)) | 1;
    }

    private static HnswParameters HnswParametersOf(SearchOptions options) => new(options.HnswM, options.HnswEfConstruction);
}
