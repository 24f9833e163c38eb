using VectorServer.Api.Addressing;
using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>Gives the indexes of the data directory their ports back, before the server listens.</summary>
internal static partial class IndexPortsAtStart
{
    public static void Reserve(VectorEngine engine, PendingIndexes pending, IndexPorts ports, ServerOptions options, ILogger logger)
    {
        if (options.Addressing != AddressingMode.Port)
            return;

        // Those with a port come first, so that none loses its own to one that has none yet.
        var indexes = engine.Indexes.Select(index => index.Descriptor)
            .Concat(pending.List().Select(index => index.Descriptor))
            .Select(index => (index.Name, IndexAttributes.Of(index).Port))
            .OrderBy(index => index.Port ?? int.MaxValue)
            .ToList();
        foreach (var (name, before) in indexes)
        {
            var isOnMainPort = StartIndex.Is(name, options);
            var port = isOnMainPort ? null : ports.Reserve(name, before);
            if (port is null && !isOnMainPort)
                LogNoPort(logger, name, options.IndexPortMin, options.IndexPortMax);
            if (port == before)
                continue;

            if (before is not null && port is not null)
                LogMoved(logger, name, before.Value, port.Value);
            if (pending.Find(name) is { } index)
                pending.Show(index with { Descriptor = IndexAttributes.WithPort(index.Descriptor, port) });
            else
                engine.ConfigureIndex(name, descriptor => IndexAttributes.WithPort(descriptor, port));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Index {Index} gets no port: all of {Min}-{Max} are in use; it is reachable by path only")]
    private static partial void LogNoPort(ILogger logger, string index, int min, int max);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Index {Index} moved from port {Before} to port {After}: another process holds the old one, or it left the range")]
    private static partial void LogMoved(ILogger logger, string index, int before, int after);
}
