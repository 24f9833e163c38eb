using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace VectorServer.Api.Addressing;

/// <summary>
/// Lets one port serve HTTP/1.1 and HTTP/2, with TLS and without, by looking at a connection's first bytes. Kestrel chooses between the
/// two by what TLS negotiated, and without TLS takes HTTP/1.1: where the bytes are HTTP/2's preface, this says that "h2" was negotiated.
/// </summary>
internal static class ProtocolSniffer
{
    /// <summary>Connections that do not say what they are are closed after this, as Kestrel's own default does for idle ones.</summary>
    internal static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(130);

    // What a client's first message of TLS begins with: a record of a handshake, whose version and length follow, that holds a "hello".
    // No request begins so. .NET asks for our certificate at a hello, and without one fails in a way that Kestrel reports as our error.
    private const byte HandshakeRecord = 0x16;
    private const byte ClientHello = 0x01;
    private const int ClientHelloAt = 5;

    private enum Protocol
    {
        Undecided,
        Unknown,
        Http1,
        Http2,
        Tls,
    }

    // What every HTTP/2 client sends first when it knows what it speaks to; no HTTP/1.1 request begins so.
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n"u8;

    public static void Use(ListenOptions listener, TimeProvider time) =>
        listener.Use(http => connection => OnConnectedAsync(connection, http, tls: http, time));

    public static void UseWithTls(ListenOptions listener, TimeProvider time, TlsHandshakeCallbackOptions handshake)
    {
        // Middleware is made from the last to the first: when the sniffer is, it is known what lies behind Kestrel's TLS.
        ConnectionDelegate? behindTls = null;
        listener.Use(tls =>
        {
            var http = behindTls!;
            return connection => OnConnectedAsync(connection, http, tls, time);
        });
        listener.UseHttps(handshake);
        listener.Use(http => behindTls = http);
    }

    /// <param name="connection">Of which nothing was read.</param>
    /// <param name="http">Serves cleartext.</param>
    /// <param name="tls">Serves TLS.</param>
    /// <param name="time">Measures the silence.</param>
    internal static async Task OnConnectedAsync(ConnectionContext connection, ConnectionDelegate http, ConnectionDelegate tls, TimeProvider time)
    {
        Protocol protocol;
        try
        {
            protocol = await FindAsync(connection, time);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return; // silent for too long, the listener is closing, or the client is gone: nothing was asked
        }

        if (protocol == Protocol.Http2)
        {
            connection.Features.Set<ITlsConnectionFeature>(NegotiatedHttp2.Instance);
            connection.Features.Set<ITlsApplicationProtocolFeature>(NegotiatedHttp2.Instance);
        }

        if (protocol == Protocol.Tls)
            await tls(connection);
        else if (protocol != Protocol.Unknown)
            await http(connection);
    }

    /// <summary>Reads as many bytes as decide, and consumes none.</summary>
    private static async ValueTask<Protocol> FindAsync(ConnectionContext connection, TimeProvider time)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var silence = new CancellationTokenSource(SilenceMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(closing, silence.Token);

        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(either.Token);
            var protocol = Match(read.Buffer);
            if (protocol != Protocol.Undecided || read.IsCompleted || read.IsCanceled)
            {
                input.AdvanceTo(read.Buffer.Start);
                return protocol == Protocol.Undecided ? Protocol.Unknown : protocol;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Undecided while too few bytes are there to tell.</summary>
    private static Protocol Match(in ReadOnlySequence<byte> received)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        var count = (int)Math.Min(received.Length, first.Length);
        received.Slice(0, count).CopyTo(first);
        if (count > 0 && first[0] == HandshakeRecord)
            return count <= ClientHelloAt ? Protocol.Undecided : first[ClientHelloAt] == ClientHello ? Protocol.Tls : Protocol.Unknown;
        if (!Preface.StartsWith(first[..count]))
            return Protocol.Http1;
        return count == Preface.Length ? Protocol.Http2 : Protocol.Undecided;
    }

    /// <summary>The answer that TLS would have given, had there been any.</summary>
    private sealed class NegotiatedHttp2 : ITlsApplicationProtocolFeature, ITlsConnectionFeature
    {
        public static readonly NegotiatedHttp2 Instance = new();

        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

        public X509Certificate2? ClientCertificate
        {
            get => null;
            set => throw new NotSupportedException("There is no TLS on this connection");
        }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
