using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Grpc;

/// <summary>A message from its bytes; it throws what Google.Protobuf's parsers throw.</summary>
internal delegate T MessageReader<out T>(ReadOnlySpan<byte> message);

/// <summary>
/// Reads the one message of a unary call. The body is a flag byte (1: compressed as <c>grpc-encoding</c> says), the message's length
/// as a big-endian uint32, and the message.
/// </summary>
internal static class GrpcRequest
{
    public const int PrefixBytes = 5;

    public static bool IsGrpc(this HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && IsGrpcContentType(request.ContentType);

    /// <exception cref="WireException">Not exactly one whole message, an unknown compression, or a message over the size limit.</exception>
    public static async ValueTask<T> ReadMessageAsync<T>(this HttpContext context, MessageReader<T> reader)
    {
        using var body = await RequestBody.ReadAsync(context);
        return await context.ParseFrameAsync(body.Bytes, reader);
    }

    /// <summary>Reads the message of a frame: its prefix and all of its bytes.</summary>
    /// <exception cref="WireException">As for a whole body.</exception>
    public static async ValueTask<T> ParseFrameAsync<T>(this HttpContext context, ReadOnlyMemory<byte> frame, MessageReader<T> reader)
    {
        var (isCompressed, message) = Unframe(frame);
        if (isCompressed)
            message = await DecompressAsync(message, context);

        try
        {
            return reader(message.Span);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or IndexOutOfRangeException or ArgumentException)
        {
            // The parser reads past the end of some malformed messages and says so by the exceptions of arrays and spans.
            throw WireException.Invalid($"The request is not a valid {typeof(T).Name} message");
        }
    }

    // Suffixes such as +proto and parameters name the encoding of messages; clients of this service have but one.
    private static bool IsGrpcContentType(string? contentType) =>
        contentType is not null
        && contentType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && contentType.AsSpan("application/grpc".Length) is "" or ['+' or ';', ..];

    private static (bool IsCompressed, ReadOnlyMemory<byte> Message) Unframe(ReadOnlyMemory<byte> body)
    {
        if (body.Length < PrefixBytes)
            throw WireException.Invalid("The request has no whole message");

        var flag = body.Span[0];
        var length = BinaryPrimitives.ReadUInt32BigEndian(body.Span[1..]);
        if (flag > 1)
            throw WireException.Invalid($"The compressed flag of a message must be 0 or 1, got {flag}");
        if (length != body.Length - PrefixBytes)
            throw WireException.Invalid($"The request must hold one message, of {length} bytes by its prefix, got {body.Length - PrefixBytes} bytes");
        return (flag == 1, body[PrefixBytes..]);
    }

    private static async ValueTask<ReadOnlyMemory<byte>> DecompressAsync(ReadOnlyMemory<byte> compressed, HttpContext context)
    {
        var encoding = context.Request.Headers["grpc-encoding"].FirstOrDefault();
        if (encoding is null or "identity")
            throw WireException.Invalid("A message is marked as compressed, but grpc-encoding names no compression");
        if (encoding != "gzip")
            throw new WireException(WireError.Unimplemented, $"grpc-encoding '{encoding}' is not supported, only identity and gzip are");

        var bytesMax = RequestBody.BytesMaxOf(context);
        await using var gzip = new GZipStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        using var message = new MemoryStream();
        var chunk = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await gzip.ReadAsync(chunk, context.RequestAborted)) > 0)
            {
                // What little bytes blow up to is checked on the way, not after.
                if (message.Length + read > bytesMax)
                    throw RequestBody.TooLarge(bytesMax);
                message.Write(chunk, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            throw WireException.Invalid("The message is not valid gzip");
        }

        return message.GetBuffer().AsMemory(0, (int)message.Length);
    }
}
