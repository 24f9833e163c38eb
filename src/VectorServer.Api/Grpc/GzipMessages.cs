using System.IO.Compression;
using Grpc.Net.Compression;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Grpc;

/// <summary>Messages packed as gzip. The library's own unpacks without a limit: what little bytes blow up to is checked here, on the way.</summary>
/// <param name="bytesMax">Of the message.</param>
internal sealed class GzipMessages(int bytesMax) : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    /// <exception cref="WireException">Not gzip, or larger than allowed.</exception>
    public Stream CreateDecompressionStream(Stream stream)
    {
        using var gzip = new GZipStream(stream, CompressionMode.Decompress);
        var message = new MemoryStream();
        Span<byte> chunk = stackalloc byte[4 * 1024];
        try
        {
            int read;
            while ((read = gzip.Read(chunk)) > 0)
            {
                if (message.Length + read > bytesMax)
                    throw RequestBody.TooLarge(bytesMax);
                message.Write(chunk[..read]);
            }
        }
        catch (InvalidDataException)
        {
            throw WireException.Invalid("The message is not valid gzip");
        }

        message.Position = 0;
        return message;
    }
}
