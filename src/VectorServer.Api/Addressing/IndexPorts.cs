using System.Collections.Concurrent;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Addressing;

/// <summary>Gives each index a port of the range and opens and closes it. Thread-safe.</summary>
internal sealed partial class IndexPorts(ServerOptions options, Listeners listeners, ILogger<IndexPorts> logger) : IDisposable
{
    // Binding takes milliseconds; closing an earlier port, which Kestrel does first, waits for its connections.
    private static readonly TimeSpan BindTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<int, string> _indexByPort = new();
    private readonly SemaphoreSlim _opening = new(1);

    public string? IndexOn(int port) => _indexByPort.GetValueOrDefault(port);

    /// <summary>Opens a port for an index and waits until it accepts connections.</summary>
    /// <param name="index">The index to serve there.</param>
    /// <param name="preferred">The port it had before, taken again where that is possible.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The port, or null when no port of the range is free.</returns>
    public async Task<int?> OpenAsync(string index, int? preferred, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation);
        try
        {
            foreach (var port in Candidates(preferred))
            {
                if (await TryOpenAsync(index, port, cancellation))
                    return port;
            }

            return null;
        }
        finally
        {
            _opening.Release();
        }
    }

    public void Close(int port)
    {
        if (_indexByPort.TryRemove(port, out _))
            listeners.Close(port);
    }

    /// <summary>The refusal of a create when the range is used up.</summary>
    public WireException NoPortLeft() => new(
        WireError.Forbidden,
        $"All ports of the index port range {options.IndexPortMin}-{options.IndexPortMax} are in use: delete an index or widen the range");

    public void Dispose() => _opening.Dispose();

    private IEnumerable<int> Candidates(int? preferred)
    {
        var range = Enumerable.Range(options.IndexPortMin, options.IndexPortMax - options.IndexPortMin + 1);
        return preferred is { } port && port >= options.IndexPortMin && port <= options.IndexPortMax
            ? range.Where(other => other != port).Prepend(port)
            : range;
    }

    private async Task<bool> TryOpenAsync(string index, int port, CancellationToken cancellation)
    {
        if (_indexByPort.ContainsKey(port) || !PortProbe.IsFree(options.BindAddress, port))
            return false;

        _indexByPort[port] = index;
        listeners.Open(port);
        try
        {
            // Before Kestrel runs there is nothing to wait for: it binds all ports as it starts.
            if (!listeners.IsFollowed || await PortProbe.AcceptsAsync(options.BindAddress, port, BindTimeout, cancellation))
                return true;
        }
        catch (OperationCanceledException)
        {
            Close(port);
            throw;
        }

        Close(port);
        LogNotBound(logger, port);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Port {Port} could not be opened; another one is tried")]
    private static partial void LogNotBound(ILogger logger, int port);
}
