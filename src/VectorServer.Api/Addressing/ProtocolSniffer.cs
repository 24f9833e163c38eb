using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace VectorServer.Api.Addressing;

/// <summary>
/// Lets one cleartext port serve HTTP/1.1 and HTTP/2. Kestrel chooses between them by what TLS negotiated, and without TLS takes
/// HTTP/1.1; this looks at a connection's first bytes, and where they are HTTP/2's preface, says that "h2" was negotiated.
/// </summary>
internal static class ProtocolSniffer
{
    /// <summary>Connections that say nothing are closed after this, as Kestrel's own default does for idle ones.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(130);

    // What every HTTP/2 client sends first when it knows what it speaks to; no HTTP/1.1 request begins so.
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n"u8;

    public static void Use(ListenOptions listener) => listener.Use(next => connection => OnConnectedAsync(connection, next));

    private static async Task OnConnectedAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        bool isHttp2;
        try
        {
            isHttp2 = await IsHttp2Async(connection);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return; // silent for too long, the listener is closing, or the client is gone: nothing was asked
        }

        if (isHttp2)
        {
            connection.Features.Set<ITlsConnectionFeature>(NegotiatedHttp2.Instance);
            connection.Features.Set<ITlsApplicationProtocolFeature>(NegotiatedHttp2.Instance);
        }

        await next(connection);
    }

    /// <summary>Reads as many bytes as decide, and consumes none.</summary>
    private static async ValueTask<bool> IsHttp2Async(ConnectionContext connection)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(closing);
        silence.CancelAfter(SilenceMax);

        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(silence.Token);
            var isHttp2 = Matches(read.Buffer);
            if (isHttp2 is not null || read.IsCompleted || read.IsCanceled)
            {
                input.AdvanceTo(read.Buffer.Start);
                return isHttp2 ?? false;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Null while too few bytes are there to tell.</summary>
    private static bool? Matches(in ReadOnlySequence<byte> received)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        var count = (int)Math.Min(received.Length, first.Length);
        received.Slice(0, count).CopyTo(first);
        if (!Preface.StartsWith(first[..count]))
            return false;
        return count == Preface.Length ? true : null;
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
