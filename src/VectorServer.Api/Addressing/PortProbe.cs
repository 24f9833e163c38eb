using System.Net;
using System.Net.Sockets;

namespace VectorServer.Api.Addressing;

/// <summary>Asks the operating system about a port.</summary>
internal static class PortProbe
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(10);

    /// <summary>No process listens on the port of the address, as far as can be seen by listening on it for a moment.</summary>
    public static bool IsFree(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        if (address.Equals(IPAddress.IPv6Any))
            listener.Server.DualMode = true;
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Waits until the port of the address accepts connections.</summary>
    /// <returns>False when it did not before <paramref name="deadline"/>.</returns>
    public static async Task<bool> AcceptsAsync(IPAddress address, int port, CancellationToken deadline)
    {
        var target = Reachable(address);
        while (!deadline.IsCancellationRequested)
        {
            try
            {
                using var client = new TcpClient(target.AddressFamily);
                await client.ConnectAsync(target, port, deadline);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(RetryDelay, deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return false;
    }

    // Listening on all addresses is reached through this machine's own.
    private static IPAddress Reachable(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : address;
}
