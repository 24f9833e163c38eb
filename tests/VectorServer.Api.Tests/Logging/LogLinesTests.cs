using System.Net.Sockets;
using System.Text;

namespace VectorServer.Api.Tests.Logging;

/// <summary>The server's own log, as it comes out of the process.</summary>
public sealed class LogLinesTests
{
    [Fact]
    public async Task A_client_writes_no_line_of_its_own_into_it()
    {
        using var data = new TempData();
        using var server = await RunningServer.StartAsync(data.Path);
        using var http = new HttpClient { BaseAddress = server.Address };

        foreach (var end in (string[])["%0a", "%0d", "%E2%80%A8", "%C2%85", "%1b"])
            await http.PostAsync($"/indexes/things{end}FORGED/query", null, TestContext.Current.CancellationToken);
        server.Terminate();
        await server.WaitForExitAsync();

        Assert.Contains("\\u000aFORGED", server.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("[\n\r\u2028\u0085\u001b]FORGED", server.Output);
    }

    [Fact]
    public async Task At_its_most_talkative_it_tells_no_ids_and_no_raw_headers()
    {
        using var data = new TempData();
        using var server = await RunningServer.StartAsync(
            data.Path, fileHandles: null, ("Serilog__MinimumLevel__Default", "Verbose"), ("Serilog__MinimumLevel__Override__Microsoft", "Verbose"));
        using var http = new HttpClient { BaseAddress = server.Address };
        await server.CreateIndexAsync(dimension: 2, "cosine");

        await http.GetAsync("/indexes/things/vectors/fetch?ids=S3CRET", TestContext.Current.CancellationToken);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync("127.0.0.1", server.Port, TestContext.Current.CancellationToken);
            var stream = socket.GetStream();
            await stream.WriteAsync("GET /indexes HTTP/1.1\r\nHost: x\r\nApi-Key S3CRET\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            Assert.Contains("400", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        server.Terminate();
        await server.WaitForExitAsync();
        Assert.Contains("/vectors/fetch", server.Output, StringComparison.Ordinal);
        Assert.Contains(" DBG ", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("S3CRET", server.Output, StringComparison.Ordinal);
    }
}
