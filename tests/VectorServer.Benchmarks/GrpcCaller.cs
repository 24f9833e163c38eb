using System.Buffers.Binary;
using System.Net;

namespace VectorServer.Benchmarks;

/// <summary>
/// Unary calls over one HTTP/2 connection, as gRPC clients share one, with messages that are bytes already: what a client's own library
/// costs is no part of a comparison of wires.
/// </summary>
internal sealed class GrpcCaller(Uri server) : IDisposable
{
    private const int PrefixBytes = 5;

    private readonly HttpClient _client = new() { BaseAddress = server };

    /// <summary>A message as the body of a call.</summary>
    public static byte[] Frame(byte[] message)
    {
        var framed = new byte[PrefixBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed, PrefixBytes);
        return framed;
    }

    /// <summary>A call on the main port: the index is named in the path, as in REST.</summary>
    public async Task CallAsync(string index, string method, byte[] framed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/indexes/{index}/VectorService/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(framed),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        using var response = await _client.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        var isOk = response.TrailingHeaders.TryGetValues("grpc-status", out var status) && status.Single() == "0";
        if (!isOk || answer.Length != PrefixBytes + BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(1)))
            throw new InvalidOperationException($"{method}: {response.Headers} {response.TrailingHeaders}");
    }

    public void Dispose() => _client.Dispose();
}
