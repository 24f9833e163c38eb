using System.Net;
using System.Net.Sockets;

namespace VectorServer.Sdk.Tests;

/// <summary>A main port and the ports of indexes behind it. No two tests of a run get the same ones.</summary>
internal sealed record PortRange(int Main, int Last)
{
    // Below the ports that Linux, macOS and Windows give to outgoing connections.
    private const int Lowest = 10000;
    private const int Highest = 32000;

    private static readonly Lock Taking = new();

    // Several test runs may look at once: each begins elsewhere.
    private static int _next = Lowest + (Environment.ProcessId * 131 % (Highest - Lowest));

    /// <summary>The ports of indexes, as the settings write them.</summary>
    public string IndexPorts => $"{Main + 1}-{Last}";

    public static PortRange Take(int count)
    {
        lock (Taking)
        {
            for (var tries = 0; tries < 200; tries++)
            {
                var main = _next + count > Highest ? Lowest : _next;
                _next = main + count;
                if (Enumerable.Range(main, count).All(IsFree))
                    return new PortRange(main, main + count - 1);
            }
        }

        throw new InvalidOperationException($"No {count} free ports in a row");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
