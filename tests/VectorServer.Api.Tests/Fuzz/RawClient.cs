using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>An answer of HTTP/1.1.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? ContentType => Headers.GetValueOrDefault("content-type");

    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>Sends bytes as they are, which no client library would, on one connection for as long as the server keeps it.</summary>
internal sealed class RawClient(Uri address) : IDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(2); // a machine under load is slow, a server that hangs is slower

    private TcpClient? _connection;
    private Stream? _stream;

    /// <param name="request">Head and body.</param>
    /// <param name="isHead">The answer has no body whatever its headers say.</param>
    /// <param name="isLast">Says after the request that nothing follows, and leaves the connection: for requests that do not end where they say.</param>
    /// <returns>Null where the server closed the connection instead.</returns>
    /// <exception cref="TimeoutException">Neither came.</exception>
    public async Task<RawAnswer?> SendAsync(byte[] request, bool isHead = false, bool isLast = false)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(AnswerWithin);
        try
        {
            var stream = await ConnectAsync(limit.Token);
            try
            {
                await stream.WriteAsync(request, limit.Token);
                if (isLast)
                    _connection!.Client.Shutdown(SocketShutdown.Send);
            }
            catch (IOException)
            {
                // refused before it was all sent; the answer may be there
            }

            var answer = await ReadAsync(stream, isHead, limit.Token);
            if (isLast || answer is null || answer.Headers.GetValueOrDefault("connection") == "close")
                Dispose();
            return answer;
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            Dispose();
            return null;
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Dispose();
            throw new TimeoutException($"No answer within {AnswerWithin}");
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        (_connection, _stream) = (null, null);
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellation)
    {
        if (_stream is not null)
            return _stream;
        _connection = new TcpClient { NoDelay = true };
        await _connection.ConnectAsync(address.Host, address.Port, cancellation);
        return _stream = new BufferedStream(_connection.GetStream());
    }

    private static async Task<RawAnswer?> ReadAsync(Stream stream, bool isHead, CancellationToken cancellation)
    {
        while (true)
        {
            if (await ReadLineAsync(stream, cancellation) is not { } line)
                return null;

            var status = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await ReadLineAsync(stream, cancellation) is { Length: > 0 } header)
                headers[header[..header.IndexOf(':', StringComparison.Ordinal)]] = header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            if (status >= 200)
                return new RawAnswer(status, headers, isHead ? [] : await ReadBodyAsync(stream, headers, cancellation));
        }
    }

    private static async Task<byte[]> ReadBodyAsync(Stream stream, Dictionary<string, string> headers, CancellationToken cancellation)
    {
        if (headers.TryGetValue("content-length", out var length))
            return await ReadExactlyAsync(stream, int.Parse(length, CultureInfo.InvariantCulture), cancellation);
        if (!headers.ContainsKey("transfer-encoding"))
            return [];

        using var body = new MemoryStream();
        while (await ReadLineAsync(stream, cancellation) is { } size)
        {
            var chunk = await ReadExactlyAsync(stream, int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture), cancellation);
            await ReadLineAsync(stream, cancellation);
            if (chunk.Length == 0)
                break;
            body.Write(chunk);
        }

        return body.ToArray();
    }

    private static async Task<byte[]> ReadExactlyAsync(Stream stream, int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellation) == 1)
        {
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }

        return null;
    }
}
