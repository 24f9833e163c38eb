using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>How a graph is built.</summary>
/// <param name="M">Links of a node in the upper layers; layer 0 has twice as many.</param>
/// <param name="EfConstruction">Nodes kept on the walk that finds a new node's neighbours.</param>
internal readonly record struct HnswParameters(int M, int EfConstruction);

/// <summary>
/// A hierarchical navigable small world over the different vectors of a generation: who is near is found in about <c>ef * log n</c> looks.
/// What it finds is to be ranked exactly from the raw vectors. Nodes are never removed: a dead row is a way to its neighbours, until
/// compaction makes another graph.
/// </summary>
/// <remarks>
/// Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs (2018);
/// neighbours are chosen by their heuristic (algorithm 4), without extended candidates. A node is a vector, with a list of the rows that
/// have it: copies would be each other's only links. Walks begin at the nearest of some nodes spread over all (<see cref="Pivots"/>), too,
/// for no link need lead from one island to another. One builder; any number of walks beside it.
/// Memory per node: its bytes, and 12 + 8 M bytes of links; 24 to 32 bytes a row.
/// </remarks>
internal sealed partial class HnswGraph : CandidateIndex
{
    private const int CodesPerLook = 100; // a look at a node at random costs what the scan of this many codes does, until it was measured
    private const int UsualEf = 240;
    private const int WaysMax = 20_000; // nodes a walk keeps that are not accepted: beyond, a scan is as fast

    private readonly Metric _metric;
    private readonly int _dimension;
    private readonly DistinctRows _distinct = new();
    private readonly GraphLinks _links;
    private readonly HnswParameters _parameters;
    private readonly ConcurrentBag<WalkScratch> _scratches = [];
    private readonly Pivots _pivots = new();
    private readonly Lock _entryLock = new();
    private volatile EntryPoint? _entry;
    private NodeVectors? _vectors; // one of the two below
    private Int8Rows? _bytes;
    private FloatRows? _floats;
    private int _count;

    public HnswGraph(Metric metric, int dimension, HnswParameters parameters)
    {
        (_metric, _dimension, _parameters) = (metric, dimension, parameters);
        _links = new GraphLinks(parameters.M);
    }

    public HnswParameters Parameters => _parameters;

    public override IndexKind Kind => IndexKind.Hnsw;

    public override int Count => Volatile.Read(ref _count);

    /// <summary>Different vectors among the rows.</summary>
    public int NodeCount => Volatile.Read(ref _linked);

    /// <summary>Whether nodes are kept as floats.</summary>
    public bool HasFloats => _floats is not null;

    public override long Bytes => (_vectors?.Bytes ?? 0) + _links.Bytes + _distinct.Bytes;

    public override int UsualEffort => UsualEf;

    public override long ScannedRows(int effort) => (long)(effort * (Held?.RowsPerEffort ?? CodesPerLook));

    /// <summary>Walks to the nearest nodes, keeping as many accepted ones on the way as the effort says.</summary>
    /// <inheritdoc/>
    public override FoundRows Search(ReadOnlySpan<float> query, in SearchAsk ask)
    {
        if (_entry is not { } entry)
            return FoundRows.None;
        var scratch = Rent();
        try
        {
            var point = scratch.Point.AsSpan(0, _dimension);
            var toRank = _vectors!.Space.LoadQuery(query, point);
            if (_bytes is { } bytes)
                return Search(new ByteQueryRanker(bytes, bytes.Prepare(point, scratch.Levels)), entry, toRank, ask, scratch);
            return Search(new FloatQueryRanker(_floats!, scratch.Point), entry, toRank, ask, scratch);
        }
        finally
        {
            _scratches.Add(scratch);
        }
    }

    public override int NextCopy(int row) => _distinct.Previous(row);

    public override void Dispose()
    {
        _vectors?.Dispose();
        _links.Dispose();
        _distinct.Dispose();
    }

    private FoundRows Search<TRanker>(TRanker ranker, EntryPoint entry, PointRank toRank, in SearchAsk ask, WalkScratch scratch)
        where TRanker : struct, IQueryRanker
    {
        var starts = new StartNodes();
        FindStarts(ranker, _pivots.Nodes, ref starts);
        var start = Descend(ranker, entry, toLayer: 0);
        starts.Offer(start, ranker.Rank(start));
        Walk(ranker, starts, ask.Effort, layer: 0, scratch, ask.Accepts);

        var pool = scratch.Pool;
        var found = new FoundRow[pool.Count];
        var (count, passed) = (0, 0);
        double beyond = double.NegativeInfinity;
        for (var i = 0; i < pool.Count; i++)
        {
            if (!pool.IsAcceptedAt(i))
            {
                passed += count < ask.TopK ? 1 : 0;
                continue;
            }

            var (near, width) = ranker.Estimate(pool.NodeAt(i), pool.RankAt(i));
            var most = toRank.Of(near + width);
            found[count++] = new FoundRow(_distinct.Newest(pool.NodeAt(i)), toRank.Of(near), most);
            beyond = most;
        }

        var rows = count == found.Length ? found : found[..count];
        return pool.IsFull
            ? new FoundRows(rows, beyond) { Passed = passed, Walked = pool.Count }
            : new FoundRows(rows, double.NegativeInfinity);
    }

    private WalkScratch Rent() => _scratches.TryTake(out var scratch) ? scratch : new WalkScratch(_dimension);

    /// <summary>The nearest of some nodes.</summary>
    private static void FindStarts<TRanker>(TRanker ranker, ReadOnlySpan<int> nodes, ref StartNodes starts)
        where TRanker : struct, IRanker
    {
        const int ahead = 4;
        for (var i = 0; i < nodes.Length; i++)
        {
            if (i + ahead < nodes.Length)
                ranker.Prefetch(nodes[i + ahead]);
            starts.Offer(nodes[i], ranker.Rank(nodes[i]));
        }
    }

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

    /// <summary>Fills the scratch's pool with the nearest nodes of a layer that can be reached from some nodes.</summary>
    private void Walk<TRanker>(TRanker ranker, in StartNodes starts, int ef, int layer, WalkScratch scratch, Func<int, bool>? accepts = null)
        where TRanker : struct, IRanker
    {
        var pool = scratch.Pool;
        pool.Reset(ef);
        scratch.BeginVisits(Volatile.Read(ref _reserved));
        for (var i = 0; i < starts.Count; i++)
        {
            if (scratch.Visit(starts.Node(i)))
                pool.Offer(starts.Node(i), starts.Rank(i), accepts is null || AcceptsNode(accepts, starts.Node(i)));
        }

        var waysMax = ef + WaysMax;
        var gathered = scratch.Gathered;
        while (pool.Count <= waysMax && pool.TryFollow(out var node))
        {
            var count = 0;
            foreach (var link in _links.Of(node, layer))
            {
                if (!scratch.Visit(link))
                    continue;
                ranker.Prefetch(link);
                gathered[count++] = link;
            }

            var threshold = pool.Threshold;
            for (var i = 0; i < count; i++)
            {
                var rank = ranker.Rank(gathered[i]);
                if (!(rank > threshold))
                    continue;
                pool.Offer(gathered[i], rank, accepts is null || AcceptsNode(accepts, gathered[i]));
                threshold = pool.Threshold;
                _links.Prefetch(gathered[i]);
            }
        }
    }

    private bool AcceptsNode(Func<int, bool> accepts, int node)
    {
        for (var row = _distinct.Newest(node); row >= 0; row = _distinct.Previous(row))
        {
            if (accepts(row))
                return true;
        }

        return false;
    }

    /// <summary>Where walks begin: a node of the highest layer.</summary>
    private sealed record EntryPoint(int Node, int TopLayer);

    /// <summary>The nearest few nodes of those offered.</summary>
    private struct StartNodes
    {
        private Four<int> _nodes;
        private Four<float> _ranks;

        public int Count { get; private set; }

        public readonly int Node(int place) => _nodes[place];

        public readonly float Rank(int place) => _ranks[place];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Offer(int node, float rank)
        {
            if (Count == Pivots.Starts && !(rank > _ranks[Pivots.Starts - 1]))
                return;
            Insert(node, rank);
        }

        private void Insert(int node, float rank)
        {
            var place = Count < Pivots.Starts ? Count++ : Pivots.Starts - 1;
            for (; place > 0 && rank > _ranks[place - 1]; place--)
                (_nodes[place], _ranks[place]) = (_nodes[place - 1], _ranks[place - 1]);
            (_nodes[place], _ranks[place]) = (node, rank);
        }
    }

    [InlineArray(Pivots.Starts)]
    private struct Four<T>
    {
        private T _first;
    }

    private interface IRanker
    {
        float Rank(int node);

        void Prefetch(int node);
    }

    private interface IQueryRanker : IRanker
    {
        (double Near, double Width) Estimate(int node, float rank);
    }

    private readonly struct ByteQueryRanker(Int8Rows rows, Int8Query query) : IQueryRanker
    {
        private readonly Int8Query _query = query;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Rank(int node) => rows.Rank(_query, node);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(int node) => rows.Prefetch(node);

        public (double Near, double Width) Estimate(int node, float rank) => rows.Estimate(_query, node, rank);
    }

    private readonly struct FloatQueryRanker(FloatRows rows, float[] query) : IQueryRanker
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Rank(int node) => rows.Rank(query, node);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(int node) => rows.Prefetch(node);

        public (double Near, double Width) Estimate(int node, float rank) => rows.Estimate(query, node, rank);
    }

    private interface INodeRanker<TSelf> : IRanker
        where TSelf : struct, INodeRanker<TSelf>
    {
        TSelf For(int node);
    }

    private readonly struct ByteNodeRanker(Int8Rows rows, int from) : INodeRanker<ByteNodeRanker>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Rank(int node) => rows.Rank(from, node);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(int node) => rows.Prefetch(node);

        public ByteNodeRanker For(int node) => new(rows, node);
    }

    private readonly struct FloatNodeRanker(FloatRows rows, int from) : INodeRanker<FloatNodeRanker>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Rank(int node) => rows.Rank(from, node);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(int node) => rows.Prefetch(node);

        public FloatNodeRanker For(int node) => new(rows, node);
    }
}
