using System.Net;
using Google.Protobuf;
using Grpc.Reflection.V1;

namespace VectorServer.Api.Tests.Grpc;

/// <summary>Calls whose client says nothing more and does not leave.</summary>
public sealed class SilentCallTests
{
    [Theory]
    [InlineData("/VectorService/Query", "18965-18966")]
    [InlineData("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "18967-18968")]
    public async Task End_by_their_deadline(string path, string ports)
    {
        await using var index = await GrpcIndex.CreateAsync(ports);
        using var call = new SilentCall(index.Host, path, [], ("grpc-timeout", "200m"));

        Assert.Equal("4", await call.StatusAsync());
    }

    [Fact]
    public async Task End_with_the_server_if_they_are_streams()
    {
        var question = GrpcClient.Frame(new ServerReflectionRequest { ListServices = "*" }.ToByteArray());
        SilentCall call;
        await using (var index = await GrpcIndex.CreateAsync("18969-18970"))
        {
            call = new SilentCall(index.Host, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", question);
            await call.IsAnsweredAsync();
        }

        Assert.Equal("14", await call.StatusAsync());
        call.Dispose();
    }

    private sealed class SilentCall : IDisposable
    {
        private readonly HttpClient _http;
        private readonly Task<HttpResponseMessage> _answer;

        public SilentCall(Uri host, string path, byte[] first, params (string Name, string Value)[] metadata)
        {
            _http = new HttpClient { BaseAddress = host };
            var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new SilentContent(first),
            };
            foreach (var (name, value) in metadata)
                request.Headers.Add(name, value);
            _answer = _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        }

        public async Task IsAnsweredAsync() => await _answer;

        public async Task<string> StatusAsync()
        {
            using var answer = await _answer;
            try
            {
                await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            }
            catch (HttpRequestException)
            {
                return "14"; // as clients say of a connection that the server closes: its last frames may come before the status
            }

            return Assert.Single((answer.Headers.Contains("grpc-status") ? answer.Headers : answer.TrailingHeaders).GetValues("grpc-status"));
        }

        public void Dispose() => _http.Dispose();
    }

    /// <summary>Sends its bytes and no end.</summary>
    private sealed class SilentContent : HttpContent
    {
        private readonly byte[] _bytes;

        public SilentContent(byte[] bytes)
        {
            _bytes = bytes;
            Headers.ContentType = new("application/grpc");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(_bytes, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
