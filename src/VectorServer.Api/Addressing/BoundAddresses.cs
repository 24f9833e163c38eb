using System.Net;
using System.Net.Sockets;

namespace VectorServer.Api.Addressing;

/// <summary>The IP addresses that a bind address stands for on this machine.</summary>
internal static class BoundAddresses
{
    /// <param name="bindAddress"><c>localhost</c>, <c>*</c> for all, or an IP address.</param>
    /// <returns>The addresses to listen on; <c>[::]</c> takes IPv4 connections too.</returns>
    public static IReadOnlyList<IPAddress> Of(string bindAddress) => bindAddress switch
    {
        "localhost" => IsHere(IPAddress.IPv6Loopback) ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback],
        "*" => [IsHere(IPAddress.IPv6Any) ? IPAddress.IPv6Any : IPAddress.Any],
        _ => [IPAddress.Parse(bindAddress)],
    };

    // An operating system that knows IPv6 may have none of its addresses, as in most containers.
    private static bool IsHere(IPAddress address) => Socket.OSSupportsIPv6 && PortProbe.IsFree(address, 0);
}
