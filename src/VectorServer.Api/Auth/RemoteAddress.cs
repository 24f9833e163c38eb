using System.Net;
using System.Net.Sockets;

namespace VectorServer.Api.Auth;

/// <summary>Where a request comes from.</summary>
internal static class RemoteAddress
{
    private const int NetworkBytes = 8;

    /// <summary>
    /// The other end of the connection, or the client that a trusted proxy there names (<see cref="Addressing.ForwardedClients"/>).
    /// Headers of others are anybody's to write, and not read.
    /// </summary>
    public static IPAddress Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.Loopback; // in memory there is none
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>What one client has: an IPv4 address, or the /64 within which an IPv6 host takes any address it likes.</summary>
    public static IPAddress NetworkOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
            return address;

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[NetworkBytes..].Clear();
        return new IPAddress(bytes);
    }
}
