using System.Net.Sockets;
using System.Text;

namespace VectorServer.Api.Tests.Limits;

public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task Headers_that_are_too_large_are_refused()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "18670-18671"));

        Assert.StartsWith("HTTP/1.1 431", await AskAsync(server, $"X-Long: {new string('a', 33 << 10)}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_are_too_many_are_refused()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "18672-18673"));
        var headers = string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i}: a\r\n"));

        Assert.StartsWith("HTTP/1.1 431", await AskAsync(server, headers), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n")]
    [InlineData("X: a\0b\r\n")]
    [InlineData("X : a\r\n")]
    public async Task A_request_that_could_be_read_in_two_ways_is_refused(string headers)
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "18674-18675"));

        Assert.StartsWith("HTTP/1.1 400", await AskAsync(server, headers), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_with_a_null_character_is_refused()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "18682-18683"));
        using var client = await ConnectAsync(server);

        Assert.StartsWith("HTTP/1.1 400", await AskAsync(client, "", "/backups/x%00y"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_the_earlier_ones_served()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "18676-18677"), ("MaxConnections", "2"));
        using var first = await ConnectAsync(server);
        using var second = await ConnectAsync(server);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(first, ""), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(second, ""), StringComparison.Ordinal);

        using var third = await ConnectAsync(server);

        Assert.Equal("", await AskAsync(third, ""));
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(first, ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /indexes HTTP/1.1\r\nHost: local")]
    [InlineData("POST /indexes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"name\": ")]
    public async Task A_request_that_never_comes_to_its_end_is_given_up(string beginning)
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "18684-18685"));
        using var client = await ConnectAsync(server);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(beginning), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken); // the test hangs if the server does not let go

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(TestServer server, string headers)
    {
        using var client = await ConnectAsync(server);
        return await AskAsync(client, headers);
    }

    /// <summary>The first bytes of the answer; nothing where the connection is closed without one.</summary>
    private static async Task<string> AskAsync(TcpClient client, string headers, string path = "/readyz")
    {
        var cancellation = TestContext.Current.CancellationToken;
        try
        {
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"), cancellation);
            var bytes = new byte[4096];
            return Encoding.ASCII.GetString(bytes, 0, await client.GetStream().ReadAsync(bytes, cancellation));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task<TcpClient> ConnectAsync(TestServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        return client;
    }
}
