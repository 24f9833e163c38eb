using VectorServer.Api.Addressing;
using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>Gives the indexes of the data directory their ports back, before the server listens.</summary>
internal static partial class IndexPortsAtStart
{
    public static async Task ReserveAsync(IStorageEngine engine, PendingIndexes pending, IndexPorts ports, ServerOptions options, ILogger logger)
    {
        if (options.Addressing != AddressingMode.Port)
            return;

        var indexes = engine.Indexes.Select(index => index.Descriptor)
            .Concat(pending.List().Select(index => index.Descriptor))
            .Select(index => (index.Name, IndexAttributes.Of(index).Port))
            .ToList();

        // Before any index gets another port: that one may be the port by which clients know a third.
        var kept = indexes
            .Where(index => index.Port is { } port && !StartIndex.Is(index.Name, options) && ports.TryReserve(index.Name, port))
            .ToHashSet();
        foreach (var (name, before) in indexes.Where(index => !kept.Contains(index)))
        {
            var isOnMainPort = StartIndex.Is(name, options);
            var port = isOnMainPort ? null : ports.Reserve(name);
            if (port is null && !isOnMainPort)
                LogNoPort(logger, name, ports.WhyNoneIsFree());
            if (port == before)
                continue;

            if (before is not null && port is not null)
                LogMoved(logger, name, before.Value, port.Value);
            if (pending.Find(name) is { } index)
                pending.Show(index with { Descriptor = IndexAttributes.WithPort(index.Descriptor, port) });
            else
                await engine.ConfigureIndexAsync(name, descriptor => IndexAttributes.WithPort(descriptor, port));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Index {Index} has no port and is reachable by path only. {Why:l}")]
    private static partial void LogNoPort(ILogger logger, string index, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Index {Index} moved from port {Before} to port {After}: another process holds the old one, or it left the range")]
    private static partial void LogMoved(ILogger logger, string index, int before, int after);
}
