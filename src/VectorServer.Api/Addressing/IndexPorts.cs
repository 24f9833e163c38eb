using System.Collections.Concurrent;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Addressing;

/// <summary>Gives each index a port of the range and opens and closes it. Thread-safe.</summary>
internal sealed partial class IndexPorts(ServerOptions options, Listeners listeners, ILogger<IndexPorts> logger) : IDisposable
{
    // Binding takes milliseconds; closing an earlier port, which Kestrel does first, waits for its connections.
    private static readonly TimeSpan BindTimeout = TimeSpan.FromSeconds(10);

    // Ports that look free and cannot be opened: more of them means that something else is wrong.
    private const int UnopenedMax = 2;

    private readonly ConcurrentDictionary<int, string> _indexByPort = new();
    private readonly SemaphoreSlim _opening = new(1);

    public string? IndexOn(int port) => _indexByPort.GetValueOrDefault(port);

    /// <summary>Gives an index this port, if it is free; it is opened when the server starts.</summary>
    public bool TryReserve(string index, int port)
    {
        // Where nothing listens, other processes are in no one's way.
        var isFree = Range().Contains(port) && !_indexByPort.ContainsKey(port)
            && (!listeners.IsFollowed || listeners.Addresses.All(address => PortProbe.IsFree(address, port)));
        if (!isFree)
            return false;

        _indexByPort[port] = index;
        listeners.Open(port);
        return true;
    }

    /// <summary>Gives an index any port that is free; it is opened when the server starts.</summary>
    /// <returns>The port, or null when no port of the range is free.</returns>
    public int? Reserve(string index)
    {
        foreach (var port in Range())
        {
            if (TryReserve(index, port))
                return port;
        }

        return null;
    }

    /// <summary>Opens a port for an index and waits until it accepts connections.</summary>
    /// <exception cref="WireException">No port of the range is free, or none can be opened.</exception>
    public async Task<int> OpenAsync(string index, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation);
        try
        {
            var unopened = 0;
            foreach (var port in Range())
            {
                if (!TryReserve(index, port))
                    continue;
                if (!listeners.IsFollowed || await AcceptsAsync(port, cancellation))
                    return port;
                if (++unopened > UnopenedMax)
                    throw new WireException(WireError.Unavailable, "No port could be opened for the index");
            }
        }
        finally
        {
            _opening.Release();
        }

        throw new WireException(WireError.Forbidden, WhyNoneIsFree());
    }

    /// <summary>Why an index gets no port: there are more indexes than ports, or other processes hold them.</summary>
    public string WhyNoneIsFree()
    {
        var (ports, ours) = (Range().Count(), Range().Count(_indexByPort.ContainsKey));
        var range = $"the index port range {options.IndexPortMin}-{options.IndexPortMax}";
        return ours == ports
            ? $"All {ports} ports of {range} are given to indexes: delete an index, or widen the range by {ServerSettings.IndexPorts}"
            : $"No port of {range} is free: {ports - ours} are taken by other processes{(ours > 0 ? $", {ours} given to indexes" : "")}. "
                + $"Stop what listens there, or choose other ports by {ServerSettings.IndexPorts}";
    }

    public void Close(int port)
    {
        if (_indexByPort.TryRemove(port, out _))
            listeners.Close(port);
    }

    public void Dispose() => _opening.Dispose();

    private IEnumerable<int> Range() => Enumerable.Range(options.IndexPortMin, options.IndexPortMax - options.IndexPortMin + 1);

    private async Task<bool> AcceptsAsync(int port, CancellationToken cancellation)
    {
        var isOpen = false;
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(BindTimeout);
            var accepted = await Task.WhenAll(listeners.Addresses.Select(address => PortProbe.AcceptsAsync(address, port, deadline.Token)));
            cancellation.ThrowIfCancellationRequested();
            isOpen = accepted.All(static accepts => accepts);
        }
        finally
        {
            if (!isOpen)
                Close(port);
        }

        if (!isOpen)
            LogNotOpened(logger, port);
        return isOpen;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Port {Port} could not be opened")]
    private static partial void LogNotOpened(ILogger logger, int port);
}
