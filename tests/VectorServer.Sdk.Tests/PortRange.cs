using System.Net;
using System.Net.Sockets;

namespace VectorServer.Sdk.Tests;

/// <summary>A main port and the ports of indexes behind it, all free when asked for.</summary>
internal sealed record PortRange(int Main, int Last)
{
    // Below the ports that Linux, macOS and Windows give to outgoing connections.
    private const int Lowest = 10000;
    private const int Highest = 32000;

    public static PortRange FindFree(int count)
    {
        // Several test runs may look at once: each begins elsewhere.
        var first = Lowest + (Environment.ProcessId * 131 % (Highest - Lowest));
        for (var tries = 0; tries < 200; tries++)
        {
            var main = Lowest + ((first - Lowest + (tries * count)) % (Highest - Lowest));
            if (Enumerable.Range(main, count).All(IsFree))
                return new PortRange(main, main + count - 1);
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
