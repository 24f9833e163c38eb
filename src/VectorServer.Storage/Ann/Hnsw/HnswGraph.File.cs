using VectorServer.Storage.IO;
using VectorServer.Storage.Scoring;

namespace VectorServer.Storage.Ann.Hnsw;

/// <summary>
/// Body of the file, little-endian int32: M, efConstruction, rows, entry node (-1: none); then each row's links, layer after layer
/// from 0 to the row's top: count, links. The signed bytes are made again from the raw vectors.
/// </summary>
internal sealed partial class HnswGraph
{
    internal override void Write(CheckedWriter file, int count)
    {
        // The entry may be a row behind count: then the highest row before it takes its place.
        var entry = _entry is { } known && known.Node < count ? known : HighestBelow(count);
        file.Write(_parameters.M);
        file.Write(_parameters.EfConstruction);
        file.Write(count);
        file.Write(entry?.Node ?? -1);
        Span<int> kept = stackalloc int[2 * _parameters.M];
        for (var row = 0; row < count; row++)
        {
            for (var layer = 0; layer <= TopLayerOf(row); layer++)
            {
                var length = 0;
                foreach (var link in _links.Of(row, layer))
                {
                    if (link < count)
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
        var count = file.Read<int>();
        var node = file.Read<int>();
        if (parameters.M is < 4 or > 64 || count < 0 || count > file.Remaining / sizeof(int) || node < -1 || node >= count)
            throw file.Damaged("its header is not that of a graph");

        var graph = new HnswGraph(metric, dimension, parameters);
        try
        {
            graph._rows.EnsureCapacity(count);
            graph._links.EnsureCapacity(count);
            graph.ReadLinks(file, count);
            for (var row = 0; row < count; row++)
            {
                if (row % NodesPerStep == 0)
                    cancellation.ThrowIfCancellationRequested();
                graph._rows.Write(row, read(row));
            }

            graph._reserved = graph._count = count;
            graph._entry = node < 0 ? null : new EntryPoint(node, graph.TopLayerOf(node));
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    private void ReadLinks(CheckedReader file, int count)
    {
        Span<int> links = stackalloc int[2 * _parameters.M];
        for (var row = 0; row < count; row++)
        {
            _links.Add(row, TopLayerOf(row));
            for (var layer = 0; layer <= TopLayerOf(row); layer++)
            {
                var length = file.Read<int>();
                if (length < 0 || length > _links.LinksMaxOf(layer))
                    throw file.Damaged("a node has too many links");
                file.ReadAll(links[..length]);
                foreach (var link in links[..length])
                {
                    if (link < 0 || link >= count || TopLayerOf(link) < layer)
                        throw file.Damaged("a link leads nowhere");
                }

                _links.Set(row, layer, links[..length]);
            }
        }
    }

    private EntryPoint? HighestBelow(int count)
    {
        EntryPoint? highest = null;
        for (var row = 0; row < count; row++)
        {
            if (highest is null || TopLayerOf(row) > highest.TopLayer)
                highest = new EntryPoint(row, TopLayerOf(row));
        }

        return highest;
    }
}
