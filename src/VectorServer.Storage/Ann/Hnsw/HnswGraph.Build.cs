using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Hnsw;

internal sealed partial class HnswGraph
{
    private const int NodesPerStep = 1024; // between looks at the cancellation
    private const ulong LayerSeed = 0x9E3779B97F4A7C15;
    private const int LayersMax = 16;

    private readonly StartNodes[] _stepStarts = new StartNodes[NodesPerStep];
    private readonly double[] _stepDistances = new double[NodesPerStep];
    private int _reserved; // nodes with a place
    private int _linked; // nodes that have their links
    private int _drawn; // nodes among which pivots were drawn

    public override void Prepare(RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
        if (_vectors is not null || rowCount == 0)
            return;
        var learnt = PointSpace.Learn(_metric, _dimension, read, rowCount);
        if (!learnt.IsDistance)
            learnt = learnt.WithLift(read, rowCount);
        Hold(learnt, space => NodeForm.NeedsFloats(space, read, rowCount));
    }

    /// <summary>Adds rows step by step.</summary>
    /// <remarks>
    /// 1. give each new vector a node; 2. write its point, find where its walk begins, and draw pivots; 3. link it; 4. let searches see the
    /// rows. Where a step is cancelled, the next call goes on with the nodes that have no links yet.
    /// </remarks>
    public override void Extend(RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
        Prepare(read, rowCount, threads, cancellation);
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        while (_count < rowCount)
        {
            // Step 1.
            var end = _distinct.RowCount;
            while (end < rowCount && _distinct.Count < _linked + NodesPerStep)
            {
                AddRow(read);
                end++;
                if (end % NodesPerStep == 0)
                    cancellation.ThrowIfCancellationRequested();
            }

            if (_bytes is { } bytes)
                LinkNew(new ByteNodeRanker(bytes, 0), read, options);
            else
                LinkNew(new FloatNodeRanker(_floats!, 0), read, options);

            // Step 4.
            Volatile.Write(ref _linked, _distinct.Count);
            Volatile.Write(ref _count, _distinct.RowCount);
        }
    }

    private void Hold(PointSpace space, Func<PointSpace, bool> needsFloats)
    {
        if (needsFloats(space))
            _vectors = _floats = new FloatRows(space);
        else
            _vectors = _bytes = new Int8Rows(space);
    }

    private void AddRow(RowReader read)
    {
        if (!_distinct.Add(read, out var node))
            return;
        if (node >= WalkPool.NodesMax)
            throw StorageException.Invalid($"A graph holds no more than {WalkPool.NodesMax} different vectors");
        _vectors!.EnsureCapacity(node + 1);
        _links.EnsureCapacity(node + 1);
        _links.Add(node, TopLayerOf(node));
        Volatile.Write(ref _reserved, node + 1);
    }

    private void WritePoint(RowReader read, int node)
    {
        Span<float> point = _dimension <= 1024 ? stackalloc float[_dimension] : new float[_dimension];
        _vectors!.Space.Load(read(_distinct.First(node)), point);
        _vectors.Write(node, point);
    }

    private void LinkNew<TRanker>(TRanker ranker, RowReader read, ParallelOptions options)
        where TRanker : struct, INodeRanker<TRanker>
    {
        var first = _linked;
        var count = _distinct.Count - first;
        if (count == 0)
            return;

        // Step 2.
        Parallel.For(0, count, options, i =>
        {
            WritePoint(read, first + i);
            var starts = default(StartNodes);
            FindStarts(ranker.For(first + i), _pivots.Nodes, ref starts);
            _stepStarts[i] = starts;
            _stepDistances[i] = starts.Count == 0 ? double.PositiveInfinity : DistanceOf(ranker, first + i, starts.Node(0));
        });
        DrawPivots(ranker, first, count);

        // Step 3.
        _entry ??= new EntryPoint(0, TopLayerOf(0)); // the others link to it
        Parallel.For(Math.Max(first, 1), first + count, options, node => Link(ranker.For(node), node, _stepStarts[node - first]));
    }

    private void DrawPivots<TRanker>(TRanker ranker, int first, int count)
        where TRanker : struct, INodeRanker<TRanker>
    {
        if (_drawn >= first + count)
            return; // a step that was cancelled
        var before = _pivots.Nodes.Length;
        var distances = _stepDistances.AsSpan(0, count);
        _pivots.Draw(first, distances, (left, right) => DistanceOf(ranker, left, right));
        _drawn = first + count;
        foreach (var pivot in _pivots.Nodes[before..])
        {
            for (var i = 0; i < count; i++)
            {
                if (first + i != pivot)
                    _stepStarts[i].Offer(pivot, ranker.For(first + i).Rank(pivot));
            }
        }
    }

    private static double DistanceOf<TRanker>(TRanker ranker, int left, int right)
        where TRanker : struct, INodeRanker<TRanker>
    {
        var (toLeft, toRight) = (ranker.For(left), ranker.For(right));
        return Math.Max(0, (double)toLeft.Rank(left) + toRight.Rank(right) - 2.0 * toLeft.Rank(right));
    }

    /// <summary>The highest layer of a node: falls by a factor of M a layer. A function of its number, so that a graph made again is the same.</summary>
    private int TopLayerOf(int node)
    {
        var bits = ((ulong)node + 1) * LayerSeed;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        var uniform = (((bits ^ (bits >> 31)) >> 11) + 0.5) / (1UL << 53);
        return Math.Min(LayersMax, (int)(-Math.Log(uniform) / Math.Log(_parameters.M)));
    }

    private void Link<TRanker>(TRanker ranker, int node, in StartNodes starts)
        where TRanker : struct, INodeRanker<TRanker>
    {
        var topLayer = TopLayerOf(node);
        var entry = _entry!;
        if (topLayer <= entry.TopLayer)
        {
            Link(ranker, node, topLayer, entry, starts);
            return;
        }

        // A new highest layer: one node at a time, or two would not know of each other up there.
        lock (_entryLock)
        {
            entry = _entry!;
            Link(ranker, node, topLayer, entry, starts);
            if (topLayer > entry.TopLayer)
                _entry = new EntryPoint(node, topLayer);
        }
    }

    private void Link<TRanker>(TRanker ranker, int node, int topLayer, EntryPoint entry, in StartNodes pivots)
        where TRanker : struct, INodeRanker<TRanker>
    {
        var scratch = Rent();
        Span<int> chosen = stackalloc int[_parameters.M];
        var start = Descend(ranker, entry, Math.Min(topLayer, entry.TopLayer));
        for (var layer = Math.Min(topLayer, entry.TopLayer); layer >= 0; layer--)
        {
            var starts = layer == 0 ? pivots : default; // only of the lowest layer are all of them
            starts.Offer(start, ranker.Rank(start));
            Walk(ranker, starts, _parameters.EfConstruction, layer, scratch);
            var links = chosen[..Choose(ranker, scratch.Pool, node, chosen)];
            start = scratch.Pool.NodeAt(0);
            if (start == node && scratch.Pool.Count > 1)
                start = scratch.Pool.NodeAt(1);

            _links.Lock(node);
            AddLinks(node, layer, links);
            _links.Unlock(node);
            foreach (var neighbour in links)
                AddBackLink(ranker, neighbour, node, layer, scratch.Pool);
        }

        _scratches.Add(scratch);
    }

    /// <summary>Sets a new node's links, beside those that nodes linked at the same moment have added.</summary>
    private void AddLinks(int node, int layer, ReadOnlySpan<int> links)
    {
        foreach (var link in links)
        {
            if (!_links.Of(node, layer).Contains(link))
                _links.TryAppend(node, layer, link);
        }
    }

    /// <summary>Links a neighbour to a new node; where it has no room, it chooses anew among its links and the node.</summary>
    private void AddBackLink<TRanker>(TRanker ranker, int neighbour, int node, int layer, WalkPool pool)
        where TRanker : struct, INodeRanker<TRanker>
    {
        _links.Lock(neighbour);
        try
        {
            if (_links.Of(neighbour, layer).Contains(node) || _links.TryAppend(neighbour, layer, node))
                return;

            var linksMax = _links.LinksMaxOf(layer);
            var fromNeighbour = ranker.For(neighbour);
            pool.Reset(linksMax + 1);
            pool.Offer(node, fromNeighbour.Rank(node));
            foreach (var link in _links.Of(neighbour, layer))
                pool.Offer(link, fromNeighbour.Rank(link));
            Span<int> kept = stackalloc int[linksMax];
            _links.Set(neighbour, layer, kept[..Choose(ranker, pool, neighbour, kept)]);
        }
        finally
        {
            _links.Unlock(neighbour);
        }
    }

    /// <summary>
    /// Chooses links of a node among a pool: from the nearest on, each that is nearer to the node than to every one chosen before, so that
    /// links lead in different directions.
    /// </summary>
    private static int Choose<TRanker>(TRanker ranker, WalkPool pool, int node, Span<int> chosen)
        where TRanker : struct, INodeRanker<TRanker>
    {
        var count = 0;
        for (var place = 0; place < pool.Count && count < chosen.Length; place++)
        {
            var candidate = pool.NodeAt(place);
            if (candidate != node && IsDiverse(ranker.For(candidate), pool.RankAt(place), chosen[..count]))
                chosen[count++] = candidate;
        }

        return count;
    }

    private static bool IsDiverse<TRanker>(TRanker candidate, float rank, ReadOnlySpan<int> chosen)
        where TRanker : struct, INodeRanker<TRanker>
    {
        foreach (var other in chosen)
        {
            if (candidate.Rank(other) > rank)
                return false;
        }

        return true;
    }
}
