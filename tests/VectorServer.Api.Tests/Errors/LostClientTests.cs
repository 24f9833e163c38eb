using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Reflection.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests.Errors;

/// <summary>Clients that go away in the middle of a request: each request is a line of the log, and none is a failure.</summary>
public sealed class LostClientTests : IDisposable
{
    // Which of two threads sees the loss first is chance.
    private const int Times = 50;

    private static readonly byte[] Question = GrpcClient.Frame(new ServerReflectionRequest { ListServices = "*" }.ToByteArray());

    private readonly LineLog _log = new();

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("2.0", false)]
    [InlineData("2.0", true)]
    public async Task While_its_body_is_read(string version, bool isConnectionLost)
    {
        await using var server = Listen();

        await LeaveAsync(server, "/indexes", "application/json", "{"u8.ToArray(), Version.Parse(version), isConnectionLost, isAnswered: false);

        await AssertNoFailureAsync("POST /indexes ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_its_stream_of_gRPC_is_silent(bool isConnectionLost)
    {
        await using var server = Listen();

        await LeaveAsync(
            server, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "application/grpc", Question, HttpVersion.Version20, isConnectionLost, isAnswered: true);

        await AssertNoFailureAsync("POST /grpc.reflection.");
    }

    public void Dispose() => _log.Dispose();

    private TestServer Listen() => TestServer.Listen(
        null,
        services => services.AddLogging(logging => logging.AddProvider(_log).SetMinimumLevel(LogLevel.Debug)),
        ("Addressing", "subdomain"));

    /// <summary>Sends the beginnings of bodies; leaves when the server has them, by giving up the requests or by losing the connections.</summary>
    private static async Task LeaveAsync(TestServer server, string path, string contentType, byte[] body, Version version, bool isConnectionLost, bool isAnswered)
    {
        var sockets = new ConcurrentBag<Socket>();
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (to, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
                sockets.Add(socket);
                await socket.ConnectAsync(to.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { BaseAddress = server.Client.BaseAddress };
        using var leaving = new CancellationTokenSource();
        var contents = Enumerable.Range(0, Times).Select(_ => new EndlessContent(body, contentType)).ToList();
        var answers = contents.ConvertAll(content => client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact },
            HttpCompletionOption.ResponseHeadersRead,
            leaving.Token));
        await Task.WhenAll(contents.Select(content => content.Begun));
        if (isAnswered)
            await Task.WhenAll(answers);
        else
            await Task.Delay(500, TestContext.Current.CancellationToken); // nothing tells a client that its body is being read

        if (isConnectionLost)
        {
            foreach (var socket in sockets)
                socket.Dispose();
        }

        await leaving.CancelAsync();
        foreach (var answer in answers)
        {
            try
            {
                (await answer).Dispose();
            }
            catch (Exception gone) when (gone is OperationCanceledException or HttpRequestException)
            {
                // as was meant
            }
        }
    }

    private async Task AssertNoFailureAsync(string line)
    {
        while (_log.Lines.Count(entry => entry.Text.StartsWith(line, StringComparison.Ordinal)) < Times)
            await Task.Delay(20, TestContext.Current.CancellationToken);

        Assert.Empty(_log.Lines.Where(entry => entry.Level >= LogLevel.Error).Select(entry => entry.Text));
    }

    /// <summary>Sends its bytes and no end.</summary>
    private sealed class EndlessContent : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly TaskCompletionSource _begun = new();

        public EndlessContent(byte[] bytes, string contentType)
        {
            _bytes = bytes;
            Headers.ContentType = new MediaTypeHeaderValue(contentType);
        }

        public Task Begun => _begun.Task;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(_bytes, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            _begun.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class LineLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

        public IReadOnlyCollection<(LogLevel Level, string Text)> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));

        public void Dispose()
        {
        }
    }
}
