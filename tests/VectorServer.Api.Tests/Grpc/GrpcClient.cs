using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace VectorServer.Api.Tests.Grpc;

/// <summary>A gRPC client of bare HTTP/2 frames on a cleartext port: what is sent and received is seen byte by byte.</summary>
internal sealed class GrpcClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };

    /// <summary>A call that must succeed.</summary>
    public async Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> answer, params (string Name, string Value)[] metadata)
        where T : IMessage<T>
    {
        var reply = await CallAsync(method, request.ToByteArray(), metadata);
        Assert.True(reply.Status == "0", $"{reply.Status}: {reply.Message}");
        return answer.ParseFrom(reply.Bytes);
    }

    public Task<GrpcReply> CallAsync(string method, byte[] message, params (string Name, string Value)[] metadata) =>
        SendAsync(method, Frame(message), metadata);

    /// <summary>Sends a body as it is, well-formed or not.</summary>
    /// <param name="method">One of <c>VectorService</c>, or <c>Service/Method</c>.</param>
    /// <param name="body">Frames.</param>
    /// <param name="metadata">Headers.</param>
    public async Task<GrpcReply> SendAsync(string method, byte[] body, params (string Name, string Value)[] metadata)
    {
        var path = method.Contains('/', StringComparison.Ordinal) ? $"/{method}" : $"/VectorService/{method}";
        using var request = Request(path, body, "application/grpc", metadata);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return new GrpcReply(bytes, response.Headers, response.TrailingHeaders);
    }

    /// <summary>Any request over HTTP/2, as its status and text.</summary>
    public async Task<(int Status, string Text)> PostAsync(string path, byte[] body, string contentType, Version? version = null)
    {
        using var request = Request(path, body, contentType, []);
        request.Version = version ?? HttpVersion.Version20;
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(request.Version, response.Version);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public static byte[] Frame(ReadOnlySpan<byte> message, bool compressed = false)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(string path, byte[] body, string contentType, (string Name, string Value)[] metadata)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        foreach (var (name, value) in metadata)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}

/// <summary>What came back: a body with trailers, or headers that are the trailers.</summary>
internal sealed record GrpcReply(byte[] Body, HttpResponseHeaders Headers, HttpResponseHeaders Trailers)
{
    public bool IsTrailersOnly => Headers.Contains("grpc-status");

    public string Status => Assert.Single((IsTrailersOnly ? Headers : Trailers).GetValues("grpc-status"));

    public string Message => (IsTrailersOnly ? Headers : Trailers).TryGetValues("grpc-message", out var text) ? Assert.Single(text) : "";

    /// <summary>The message, after its uncompressed prefix.</summary>
    public byte[] Bytes
    {
        get
        {
            Assert.Equal(0, Body[0]);
            Assert.Equal(Body.Length - 5, BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(1)));
            return Body[5..];
        }
    }

    public void AssertRefused(int status, string part)
    {
        Assert.Equal(status.ToString(System.Globalization.CultureInfo.InvariantCulture), Status);
        Assert.Contains(part, Message, StringComparison.Ordinal);
        Assert.True(IsTrailersOnly);
        Assert.Empty(Body);
    }
}
