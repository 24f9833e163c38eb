using System.Buffers;
using Microsoft.AspNetCore.Connections;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Wire;

/// <summary>A whole request body in rented memory; dispose it once parsed.</summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>Largest body of the data plane while size limits are enforced: the wire's 2 MB.</summary>
    public const int DataBytesMax = 2 << 20;

    /// <summary>Largest body that needs no key: a question about the server itself.</summary>
    public const int PublicBytesMax = 4 << 10;

    /// <summary>Largest body otherwise; calibration samples travel in the create request.</summary>
    public const int BytesMax = 256 << 20;

    private byte[] _buffer;
    private int _count;

    private RequestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _count);

    /// <exception cref="WireException">The body is larger than its plane allows.</exception>
    /// <exception cref="ConnectionAbortedException">The client went away.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context)
    {
        var bytesMax = BytesMaxOf(context);
        var announced = context.Request.ContentLength ?? 0;
        if (announced > bytesMax)
            throw TooLarge(bytesMax);

        var body = new RequestBody((int)Math.Max(announced, 4096) + 1);
        try
        {
            int read;
            while ((read = await context.Request.Body.ReadAsync(body.Free(bytesMax), context.RequestAborted)) > 0)
            {
                body._count += read;
                if (body._count > bytesMax)
                    throw TooLarge(bytesMax);
            }

            return body;
        }
        catch (IOException exception) when (IsLostClient(exception))
        {
            body.Dispose();
            throw new ConnectionAbortedException(exception.Message, exception);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _count = 0;
    }

    // Never empty: one byte past the limit must be seen to be refused.
    private Memory<byte> Free(int bytesMax)
    {
        if (_count == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)_buffer.Length * 2, (long)bytesMax + 1));
            Bytes.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(_count);
    }

    /// <summary>Whether a body cannot be read for another reason than what is in it. The request's token may be cancelled only later.</summary>
    public static bool IsLostClient(IOException failure) => failure is not (BadHttpRequestException or { InnerException: OverflowException });

    /// <summary>The largest body, and the largest message in it, that the request may carry.</summary>
    public static int BytesMaxOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<PublicEndpoint>() is not null ? PublicBytesMax
        : context.GetPlane() != Plane.Control && context.RequestServices.GetRequiredService<ServerOptions>().EnforceSizeLimits
        ? DataBytesMax
        : BytesMax;

    public static WireException TooLarge(int bytesMax) => new(
        WireError.PayloadTooLarge,
        bytesMax == DataBytesMax ? ErrorMapping.BodyTooLarge : $"The request body is larger than the maximum of {bytesMax} bytes");
}
