
namespace VectorServer.Storage.Ann.Hnsw;

internal sealed partial class HnswGraph
{
    private const int NodesPerStep = 1024; // between looks at the cancellation
    private const ulong LayerSeed = 0x9E3779B97F4A7C15;
    private const int LayersMax = 16;

    private int _reserved;

    public override void Extend(RowReader read, int rowCount, int threads, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        while (_count < rowCount)
        {
            var first = _count;
            var end = Math.Min(rowCount, first + NodesPerStep);
            _rows.EnsureCapacity(end);
            _links.EnsureCapacity(end);
            for (var row = first; row < end; row++)
            {
                _rows.Write(row, read(row));
                _links.Add(row, TopLayerOf(row));
            }

            Volatile.Write(ref _reserved, end);
            if (first == 0)
                _entry = new EntryPoint(0, TopLayerOf(0)); // the others link to it
            Parallel.For(Math.Max(first, 1), end, options, Link);
            Volatile.Write(ref _count, end);
        }
    }

    /// <summary>The highest layer of a row: falls by a factor of M a layer. A function of its number, so that a graph made again is the same.</summary>
    private int TopLayerOf(int row)
    {
        var bits = ((ulong)row + 1) * LayerSeed;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        var uniform = (((bits ^ (bits >> 31)) >> 11) + 0.5) / (1UL << 53);
        return Math.Min(LayersMax, (int)(-Math.Log(uniform) / Math.Log(_parameters.M)));
    }

    private void Link(int row)
    {
        var topLayer = TopLayerOf(row);
        var entry = _entry!;
        if (topLayer <= entry.TopLayer)
        {
            Link(row, topLayer, entry);
            return;
        }

        // A new highest layer: one row at a time, or two would not know of each other up there.
        lock (_entryLock)
        {
            entry = _entry!;
            Link(row, topLayer, entry);
            if (topLayer > entry.TopLayer)
                _entry = new EntryPoint(row, topLayer);
        }
    }

    private void Link(int row, int topLayer, EntryPoint entry)
    {
        var ranker = new RowRanker(_rows, row);
        var scratch = Rent();
        Span<int> chosen = stackalloc int[_parameters.M];
        var start = Descend(ranker, entry, Math.Min(topLayer, entry.TopLayer));
        for (var layer = Math.Min(topLayer, entry.TopLayer); layer >= 0; layer--)
        {
            Walk(ranker, start, _parameters.EfConstruction, layer, scratch);
            var links = chosen[..Choose(scratch.Pool, row, chosen)];
            start = scratch.Pool.NodeAt(0);

            _links.Lock(row);
            AddLinks(row, layer, links);
            _links.Unlock(row);
            foreach (var neighbour in links)
                AddBackLink(neighbour, row, layer, scratch.Pool);
        }

        _scratches.Add(scratch);
    }

    /// <summary>Sets a new row's links, beside those that rows linked at the same moment have added.</summary>
    private void AddLinks(int row, int layer, ReadOnlySpan<int> links)
    {
        foreach (var link in links)
        {
            if (!_links.Of(row, layer).Contains(link))
                _links.TryAppend(row, layer, link);
        }
    }

    /// <summary>Links a neighbour to a new row; where it has no room, it chooses anew among its links and the row.</summary>
    private void AddBackLink(int neighbour, int row, int layer, NearestPool pool)
    {
        _links.Lock(neighbour);
        try
        {
            if (_links.Of(neighbour, layer).Contains(row) || _links.TryAppend(neighbour, layer, row))
                return;

            var linksMax = _links.LinksMaxOf(layer);
            pool.Reset(linksMax + 1);
            pool.Offer(row, _rows.Rank(neighbour, row));
            foreach (var link in _links.Of(neighbour, layer))
                pool.Offer(link, _rows.Rank(neighbour, link));
            Span<int> kept = stackalloc int[linksMax];
            _links.Set(neighbour, layer, kept[..Choose(pool, neighbour, kept)]);
        }
        finally
        {
            _links.Unlock(neighbour);
        }
    }

    /// <summary>
    /// Chooses links of a row among a pool: from the nearest on, each that is nearer to the row than to every one chosen before, so that
    /// links lead in different directions.
    /// </summary>
    private int Choose(NearestPool pool, int row, Span<int> chosen)
    {
        var count = 0;
        for (var place = 0; place < pool.Count && count < chosen.Length; place++)
        {
            var candidate = pool.NodeAt(place);
            if (candidate != row && IsDiverse(candidate, pool.RankAt(place), chosen[..count]))
                chosen[count++] = candidate;
        }

        return count;
    }

    private bool IsDiverse(int candidate, float rank, ReadOnlySpan<int> chosen)
    {
        foreach (var other in chosen)
        {
            if (_rows.Rank(candidate, other) > rank)
                return false;
        }

        return true;
    }
}
