using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using VectorServer.Api.Addressing;

namespace VectorServer.Api.Tests.Addressing;

/// <summary>Over real sockets: both versions of HTTP on one cleartext port. Over pipes: what no client can show in a test's time.</summary>
public sealed class ProtocolSnifferTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task The_main_port_speaks_both_versions_of_HTTP(string version)
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "17500-17509"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/indexes")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Version.Parse(version), response.Version);
    }

    [Theory]
    [InlineData("G|ET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200")]
    [InlineData("P|OST /indexes/x/query HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 4")]
    [InlineData("PRI * HTTP/2.0\r|\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0", "\0\0")] // answered by a SETTINGS frame
    [InlineData("PRI * NOTHING\r\n|\r\n", "HTTP/1.1 505")]
    public async Task The_first_bytes_may_come_in_pieces(string pieces, string answer)
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "17510-17519"));
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(server.Client.BaseAddress!.Host, server.Client.BaseAddress.Port, TestContext.Current.CancellationToken);

        foreach (var piece in pieces.Split('|'))
        {
            await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(piece), TestContext.Current.CancellationToken);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        var received = new byte[answer.Length];
        await socket.GetStream().ReadExactlyAsync(received, TestContext.Current.CancellationToken);
        Assert.Equal(answer, Encoding.Latin1.GetString(received));
    }

    [Fact]
    public async Task A_connection_that_says_nothing_does_not_hold_up_the_end_of_the_server()
    {
        using var silent = new TcpClient();
        await using (var server = TestServer.Listen(null, ("IndexPorts", "17520-17529")))
        {
            await silent.ConnectAsync(server.Client.BaseAddress!.Host, server.Client.BaseAddress.Port, TestContext.Current.CancellationToken);
            Assert.Equal(200, (await server.GetAsync("/healthz")).Status);
        }

        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HT")]
    public async Task A_connection_that_does_not_say_what_it_is_ends_in_time(string first)
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        var (toServer, toClient) = (new Pipe(), new Pipe());
        await using var connection = new DefaultConnectionContext { Transport = new Duplex(toServer.Reader, toClient.Writer) };
        await toServer.Writer.WriteAsync(Encoding.Latin1.GetBytes(first), TestContext.Current.CancellationToken);

        var served = ProtocolSniffer.OnConnectedAsync(connection, Unexpected, Unexpected, time);
        time.Advance(ProtocolSniffer.SilenceMax - TimeSpan.FromSeconds(1));
        Assert.False(served.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        await served.WaitAsync(TestContext.Current.CancellationToken);
    }

    private static Task Unexpected(ConnectionContext connection) => throw new InvalidOperationException("The connection said nothing");

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
