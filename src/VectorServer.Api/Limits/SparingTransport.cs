using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using VectorServer.Storage;

namespace VectorServer.Api.Limits;

/// <summary>
/// Kestrel's sockets, but for connections that would take the process's last file handles: these are closed as they are accepted, one after
/// another. The limit of connections alone does not do that: a burst is accepted faster than what is too much of it is closed.
/// </summary>
internal sealed class SparingTransport(IOptions<SocketTransportOptions> options, ILoggerFactory logging) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(options, logging);

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _sockets.BindAsync(endpoint, cancellationToken));

    private sealed class Listener(IConnectionListener sockets) : IConnectionListener
    {
        public EndPoint EndPoint => sockets.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await sockets.AcceptAsync(cancellationToken) is { } connection)
            {
                if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || !FileHandles.IsOneOfTheLast(Number(socket)))
                    return connection;
                connection.Abort(new ConnectionAbortedException("The process has too few file handles"));
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => sockets.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => sockets.DisposeAsync();

        private static long Number(Socket socket) => socket.SafeHandle.DangerousGetHandle();
    }
}
