using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Ann.Ivf;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann;

/// <summary>Which approximate index the namespaces of an index use, and from when on. Shared by them; changed when the index is configured.</summary>
internal sealed class SearchChoice(IndexDescriptor index)
{
    /// <summary>Rows from which <see cref="IndexKind.Auto"/> builds a graph: below, a scan of the codes takes less than a millisecond and misses nothing.</summary>
    public const int AutoRows = 200_000;

    /// <summary>Rows from which a kind that was asked for is built: below, an exact scan is as fast.</summary>
    public const int NamedRows = 1_000;

    private SearchOptions _options = index.Search;

    public Metric Metric => index.Metric;

    public SearchOptions Options => Volatile.Read(ref _options);

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

    /// <summary>An empty index of a kind.</summary>
    public CandidateIndex Create(IndexKind kind) => kind switch
    {
        IndexKind.Hnsw => new HnswGraph(index.Metric, index.Dimension, HnswParametersOf(Options)),
        IndexKind.IvfFlat or IndexKind.IvfPq => new IvfIndex(kind, index.Metric, index.Dimension, Options.IvfLists),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not an approximate index."),
    };

    private static HnswParameters HnswParametersOf(SearchOptions options) => new(options.HnswM, options.HnswEfConstruction);
}
