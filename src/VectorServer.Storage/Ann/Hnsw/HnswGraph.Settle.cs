namespace VectorServer.Storage.Ann.Hnsw;

internal sealed partial class HnswGraph
{
    private const int SettledShare = 20; // a twentieth more nodes are worth another look at all
    private const int PivotsMax = 4_096;

    private int _settled;

    /// <summary>
    /// Finds the nodes that no walk can reach, for all links to them were given up for nearer ones, and links each group of them from where a
    /// walk to it ends. Cost: one pass over the links.
    /// </summary>
    /// <inheritdoc/>
    public override void Settle(CancellationToken cancellation)
    {
        var nodes = _linked;
        if (nodes - _settled <= _settled / SettledShare)
            return;
        var reached = new bool[nodes];
        var next = new Stack<int>();
        if (_entry is { } entry)
            Spread(entry.Node, reached, next);
        foreach (var pivot in _pivots.Nodes)
            Spread(pivot, reached, next);
        for (var node = 0; node < nodes; node++)
        {
            if (node % NodesPerStep == 0)
                cancellation.ThrowIfCancellationRequested();
            if (reached[node])
                continue;
            if (_bytes is { } bytes)
                LinkFromReached(new ByteNodeRanker(bytes, node), node, reached);
            else
                LinkFromReached(new FloatNodeRanker(_floats!, node), node, reached);
            Spread(node, reached, next);
        }

        _settled = nodes;
    }

    /// <summary>Marks what can be reached from a node.</summary>
    private void Spread(int start, bool[] reached, Stack<int> next)
    {
        if (start >= reached.Length || reached[start])
            return;
        reached[start] = true;
        next.Push(start);
        while (next.TryPop(out var node))
        {
            foreach (var link in _links.Of(node, 0))
            {
                if (link >= reached.Length || reached[link])
                    continue;
                reached[link] = true;
                next.Push(link);
            }
        }
    }

    /// <summary>Links a node from the nearest one reached that has room; where none has, walks begin at it.</summary>
    private void LinkFromReached<TRanker>(TRanker ranker, int node, bool[] reached)
        where TRanker : struct, INodeRanker<TRanker>
    {
        var starts = default(StartNodes);
        FindStarts(ranker, _pivots.Nodes, ref starts);
        if (_entry is { } entry)
            starts.Offer(entry.Node, ranker.Rank(entry.Node));
        var scratch = Rent();
        Walk(ranker, starts, _parameters.EfConstruction, layer: 0, scratch);
        var pool = scratch.Pool;
        var isLinked = false;
        for (var place = 0; place < pool.Count && !isLinked; place++)
        {
            var from = pool.NodeAt(place);
            if (from == node || from >= reached.Length || !reached[from])
                continue;
            _links.Lock(from);
            isLinked = _links.TryAppend(from, 0, node);
            _links.Unlock(from);
        }

        _scratches.Add(scratch);
        if (!isLinked && _pivots.Nodes.Length < PivotsMax)
            _pivots.Add(node);
    }
}
