using System.Collections.Concurrent;
using VectorServer.Storage.Query;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>How a graph is built.</summary>
/// <param name="M">Links of a node in the upper layers; layer 0 has twice as many.</param>
/// <param name="EfConstruction">Nodes kept on the walk that finds a new node's neighbours.</param>
internal readonly record struct HnswParameters(int M, int EfConstruction);

/// <summary>
/// A hierarchical navigable small world over the rows of a generation, walked on signed bytes: who is near is found in about
/// <c>ef * log n</c> looks. What it finds are candidates, to be ranked exactly from the raw vectors. Nodes are never removed: a dead
/// row is a way to its neighbours, until compaction makes another graph.
/// </summary>
/// <remarks>
/// Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs (2018);
/// neighbours are chosen by their heuristic (algorithm 4), without extended candidates. One builder; any number of walks beside it.
/// Memory per row: its bytes, and 12 + 8 M bytes of links.
/// </remarks>
internal sealed partial class HnswGraph : CandidateIndex
{
    private const int CodesPerLook = 100; // a look at a row at random costs what the scan of this many codes does

    private readonly Int8Rows _rows;
    private readonly GraphLinks _links;
    private readonly HnswParameters _parameters;
    private readonly ConcurrentBag<WalkScratch> _scratches = [];
    private readonly Lock _entryLock = new();
    private volatile EntryPoint? _entry;
    private int _count;

    public HnswGraph(Metric metric, int dimension, HnswParameters parameters)
    {
        _rows = new Int8Rows(metric, dimension);
        _links = new GraphLinks(parameters.M);
        _parameters = parameters;
    }

    public HnswParameters Parameters => _parameters;

    public override IndexKind Kind => IndexKind.Hnsw;

    public override int Count => Volatile.Read(ref _count);

    public override long Bytes => _rows.Bytes + _links.Bytes;

    public override long ScannedRows(int count, int? probes) => (long)count * CodesPerLook;

    /// <summary>Walks to the nearest rows, keeping <paramref name="count"/> nodes on the way: the ef of the paper.</summary>
    /// <inheritdoc/>
    public override Candidate[] Search(ReadOnlySpan<float> query, int count, int? probes = null)
    {
        if (_entry is not { } entry)
            return [];
        var scratch = Rent();
        try
        {
            var prepared = new QueryRanker(_rows, _rows.Prepare(query));
            var start = Descend(prepared, entry, toLayer: 0);
            Walk(prepared, start, count, layer: 0, scratch);
            var found = new Candidate[scratch.Pool.Count];
            for (var i = 0; i < found.Length; i++)
                found[i] = new Candidate(scratch.Pool.NodeAt(i), scratch.Pool.RankAt(i));
            return found;
        }
        finally
        {
            _scratches.Add(scratch);
        }
    }

    public override void Dispose()
    {
        _rows.Dispose();
        _links.Dispose();
    }

    private WalkScratch Rent() => _scratches.TryTake(out var scratch) ? scratch : new WalkScratch();

    /// <summary>Goes greedily from the entry to the nearest node of the layer above <paramref name="toLayer"/>.</summary>
    private int Descend<TRanker>(TRanker ranker, EntryPoint entry, int toLayer)
        where TRanker : struct, IRanker
    {
        var node = entry.Node;
        var rank = ranker.Rank(node);
        for (var layer = entry.TopLayer; layer > toLayer; layer--)
        {
            for (var moved = true; moved;)
            {
                moved = false;
                foreach (var link in _links.Of(node, layer))
                {
                    var other = ranker.Rank(link);
                    if (other > rank)
                        (node, rank, moved) = (link, other, true);
                }
            }
        }

        return node;
    }

    /// <summary>Fills the scratch's pool with the nearest nodes of a layer that can be reached from a node.</summary>
    private void Walk<TRanker>(TRanker ranker, int start, int ef, int layer, WalkScratch scratch)
        where TRanker : struct, IRanker
    {
        var pool = scratch.Pool;
        pool.Reset(ef);
        scratch.BeginVisits(Volatile.Read(ref _reserved));
        scratch.Visit(start);
        pool.Offer(start, ranker.Rank(start));
        var gathered = scratch.Gathered;
        while (pool.TryFollow(out var node))
        {
            var count = 0;
            foreach (var link in _links.Of(node, layer))
            {
                if (!scratch.Visit(link))
                    continue;
                _rows.Prefetch(link);
                gathered[count++] = link;
            }

            var threshold = pool.Threshold;
            for (var i = 0; i < count; i++)
            {
                var rank = ranker.Rank(gathered[i]);
                if (!(rank > threshold))
                    continue;
                pool.Offer(gathered[i], rank);
                threshold = pool.Threshold;
                _links.Prefetch(gathered[i]);
            }
        }
    }

    /// <summary>Where walks begin: a node of the highest layer.</summary>
    private sealed record EntryPoint(int Node, int TopLayer);

    private interface IRanker
    {
        float Rank(int node);
    }

    private readonly struct QueryRanker(Int8Rows rows, Int8Query query) : IRanker
    {
        public float Rank(int node) => rows.Rank(query, node);
    }

    private readonly struct RowRanker(Int8Rows rows, int row) : IRanker
    {
        public float Rank(int node) => rows.Rank(row, node);
    }
}
