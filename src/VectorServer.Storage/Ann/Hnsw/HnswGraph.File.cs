using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>
/// Body of the file, little-endian: M, efConstruction, rows, nodes, entry node (-1: none), form of the nodes (0 bytes, 1 floats), nodes
/// settled, pivots (int32), scale, lifted and mean of the points (double); the pivots; then each node's links, layer after layer from 0 to its top:
/// count, links. Which rows are of which node, and the nodes' points, are made again from the raw vectors.
/// </summary>
internal sealed partial class HnswGraph
{
    internal override void Write(CheckedWriter file, int count)
    {
        var nodes = count >= Count ? _linked : _distinct.CountOf(count);

        // The entry may be a node behind the count: then the highest node before it takes its place.
        var entry = _entry is { } known && known.Node < nodes ? known : HighestBelow(nodes);
        int[] pivots = [.. _pivots.Nodes.ToArray().Where(pivot => pivot < nodes)];
        file.Write(_parameters.M);
        file.Write(_parameters.EfConstruction);
        file.Write(count);
        file.Write(nodes);
        file.Write(entry?.Node ?? -1);
        file.Write(HasFloats ? 1 : 0);
        file.Write(Math.Min(nodes, _settled));
        file.Write(pivots.Length);
        file.Write(_vectors?.Space.Scale ?? 1);
        file.Write(_vectors?.Space.Lifted ?? 0);
        file.WriteAll(_vectors is null ? new double[_dimension] : _vectors.Space.Mean);
        file.WriteAll<int>(pivots);
        Span<int> kept = stackalloc int[2 * _parameters.M];
        for (var node = 0; node < nodes; node++)
        {
            for (var layer = 0; layer <= TopLayerOf(node); layer++)
            {
                var length = 0;
                foreach (var link in _links.Of(node, layer))
                {
                    if (link < nodes)
                        kept[length++] = link;
                }

                file.Write(length);
                file.WriteAll<int>(kept[..length]);
            }
        }
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    internal static HnswGraph Read(CheckedReader file, Metric metric, int dimension, RowReader read, CancellationToken cancellation)
    {
        var parameters = new HnswParameters(file.Read<int>(), file.Read<int>());
        var (count, nodes, entry) = (file.Read<int>(), file.Read<int>(), file.Read<int>());
        var (form, settled, pivots) = (file.Read<int>(), file.Read<int>(), file.Read<int>());
        if (parameters.M is < 4 or > 64 || count < 0 || nodes < 0 || nodes > count || (nodes == 0) != (count == 0) || nodes > file.Remaining / sizeof(int)
            || entry < -1 || entry >= nodes || form is < 0 or > 1 || settled < 0 || settled > nodes || pivots < 0 || pivots > nodes
            || dimension > file.Remaining / sizeof(double))
        {
            throw file.Damaged("its header is not that of a graph");
        }

        var graph = new HnswGraph(metric, dimension, parameters);
        try
        {
            var (scale, lifted) = (file.Read<double>(), file.Read<double>());
            var mean = new double[dimension];
            file.ReadAll(mean.AsSpan());
            if (!double.IsFinite(scale) || scale <= 0 || !double.IsFinite(lifted) || lifted < 0 || !mean.All(double.IsFinite))
                throw file.Damaged("its mean is none");
            if (count > 0)
                graph.Hold(new PointSpace(metric, mean, scale, lifted), _ => form == 1);
            for (var i = 0; i < pivots; i++)
            {
                var pivot = file.Read<int>();
                graph._pivots.Add(pivot >= 0 && pivot < nodes ? pivot : throw file.Damaged("a walk begins nowhere"));
            }

            graph._links.EnsureCapacity(nodes);
            graph.ReadLinks(file, nodes);
            graph.AddRows(file, read, count, nodes, cancellation);
            graph._entry = entry < 0 ? null : new EntryPoint(entry, graph.TopLayerOf(entry));
            graph._settled = settled;
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Makes the nodes of the rows again. Their links, which are there already, are kept.</summary>
    private void AddRows(CheckedReader file, RowReader read, int count, int nodes, CancellationToken cancellation)
    {
        _vectors?.EnsureCapacity(nodes);
        var point = new float[_dimension];
        for (var row = 0; row < count; row++)
        {
            if (row % NodesPerStep == 0)
                cancellation.ThrowIfCancellationRequested();
            if (!_distinct.Add(read, out var node))
                continue;
            if (node >= nodes)
                throw file.Damaged("it is of other vectors");
            _vectors!.Space.Load(read(row), point);
            _vectors.Write(node, point);
        }

        if (_distinct.Count != nodes)
            throw file.Damaged("it is of other vectors");
        _reserved = _linked = _drawn = nodes;
        _count = count;
    }

    private void ReadLinks(CheckedReader file, int nodes)
    {
        Span<int> links = stackalloc int[2 * _parameters.M];
        for (var node = 0; node < nodes; node++)
        {
            _links.Add(node, TopLayerOf(node));
            for (var layer = 0; layer <= TopLayerOf(node); layer++)
            {
                var length = file.Read<int>();
                if (length < 0 || length > _links.LinksMaxOf(layer))
                    throw file.Damaged("a node has too many links");
                file.ReadAll(links[..length]);
                foreach (var link in links[..length])
                {
                    if (link < 0 || link >= nodes || TopLayerOf(link) < layer)
                        throw file.Damaged("a link leads nowhere");
                }

                _links.Set(node, layer, links[..length]);
            }
        }
    }

    private EntryPoint? HighestBelow(int nodes)
    {
        EntryPoint? highest = null;
        for (var node = 0; node < nodes; node++)
        {
            if (highest is null || TopLayerOf(node) > highest.TopLayer)
                highest = new EntryPoint(node, TopLayerOf(node));
        }

        return highest;
    }
}
