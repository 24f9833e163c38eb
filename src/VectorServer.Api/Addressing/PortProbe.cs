using System.Net;
using System.Net.Sockets;

namespace VectorServer.Api.Addressing;

/// <summary>Asks the operating system about a port of the bind address.</summary>
internal static class PortProbe
{
    /// <summary>No process listens on the port, as far as can be seen by listening on it for a moment.</summary>
    public static bool IsFree(string bindAddress, int port) => AddressesOf(bindAddress).All(address => IsFree(address, port));

    /// <summary>Waits until the port accepts connections.</summary>
    /// <returns>False when it did not within <paramref name="timeout"/>.</returns>
    public static async Task<bool> AcceptsAsync(string bindAddress, int port, TimeSpan timeout, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        var target = Reachable(AddressesOf(bindAddress)[0]);
        while (true)
        {
            try
            {
                using var client = new TcpClient(target.AddressFamily);
                await client.ConnectAsync(target, port, deadline.Token);
                return true;
            }
            catch (SocketException)
            {
                if (!await DelayAsync(deadline.Token) && !cancellation.IsCancellationRequested)
                    return false;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private static async Task<bool> DelayAsync(CancellationToken deadline)
    {
        await Task.Delay(10, deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !deadline.IsCancellationRequested;
    }

    private static bool IsFree(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
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

    private static IPAddress[] AddressesOf(string bindAddress) => bindAddress switch
    {
        "localhost" => Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback],
        "*" => Socket.OSSupportsIPv6 ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any],
        _ => [IPAddress.Parse(bindAddress)],
    };

    // Listening on all addresses is reached through this machine's own.
    private static IPAddress Reachable(IPAddress address) =>
        address.Equals(IPAddress.Any) ? IPAddress.Loopback
        : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
        : address;
}
