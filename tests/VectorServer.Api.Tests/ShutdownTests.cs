using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using VectorServer.Api.Grpc.Proto;
using VectorServer.Api.Tests.Grpc;

namespace VectorServer.Api.Tests;

/// <summary>SIGTERM to the server in its own process: what it took in is answered, and the next start has nothing to recover.</summary>
public sealed class ShutdownTests : IDisposable
{
    private const int Dimension = 32;
    private const int RecordsPerWrite = 20;

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-shutdown-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_load_every_write_that_took_effect_was_answered_and_the_next_start_replays_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGTERM");
        var written = new ConcurrentBag<string>();
        using (var server = await RunningServer.StartAsync(_data.FullName))
        {
            await server.CreateIndexAsync(Dimension, "dotproduct");
            var load = Enumerable.Range(0, 4).Select(writer => UntilClosedAsync(() => new RestWriter(server), writer, written))
                .Concat(Enumerable.Range(4, 3).Select(writer => UntilClosedAsync(() => new GrpcWriter(server), writer, written)))
                .Concat(Enumerable.Range(0, 2).Select(_ => QueryUntilClosedAsync(server)))
                .ToArray();
            while (written.Count < 100 * RecordsPerWrite)
                await Task.Delay(10, Cancellation);

            server.Terminate();

            await Task.WhenAll(load);
            var exitCode = await server.WaitForExitAsync();
            Assert.True(exitCode == 0, $"{exitCode}: {server.Output}");
            Assert.DoesNotContain("Unhandled", server.Output, StringComparison.Ordinal);
        }

        using var next = await RunningServer.StartAsync(_data.FullName);
        Assert.Equal(written.Order(StringComparer.Ordinal), await next.ListIdsAsync());
        Assert.DoesNotContain("replayed", next.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_whose_body_is_still_on_the_way_is_taken_to_its_end()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGTERM");
        string answer;
        using (var server = await RunningServer.StartAsync(_data.FullName))
        {
            await server.CreateIndexAsync(Dimension, "dotproduct");
            using var client = new TcpClient("127.0.0.1", server.Port);
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            var body = Encoding.UTF8.GetBytes(RestWriter.Body(["late"]));
            await WriteAsync(client, $"POST /indexes/things/vectors/upsert HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n");
            Assert.Contains("100 Continue", await reader.ReadLineAsync(Cancellation), StringComparison.Ordinal); // the server asks for the body: the request is under way

            server.Terminate();
            await server.WaitUntilClosedAsync();
            await client.GetStream().WriteAsync(body, Cancellation);
            answer = await reader.ReadToEndAsync(Cancellation);

            Assert.Equal(0, await server.WaitForExitAsync());
        }

        Assert.Contains("200 OK", answer, StringComparison.Ordinal);
        Assert.Contains("\"upsertedCount\":1", answer, StringComparison.Ordinal);
        using var next = await RunningServer.StartAsync(_data.FullName);
        Assert.Equal(["late"], await next.ListIdsAsync());
        Assert.DoesNotContain("replayed", next.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /indexes HTTP/1.1\r\nHost: loc")]
    [InlineData("POST /indexes/things/vectors/upsert HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"vectors\":[")]
    public async Task Half_a_request_holds_the_stop_up_for_less_than_a_container_is_given(string half)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGTERM");
        var containerGrace = TimeSpan.FromSeconds(10);
        using (var server = await RunningServer.StartAsync(_data.FullName))
        {
            await server.CreateIndexAsync(Dimension, "dotproduct");
            using var writer = new RestWriter(server);
            await writer.WriteAsync(["a"]);
            using var client = new TcpClient("127.0.0.1", server.Port);
            await WriteAsync(client, half);

            var asked = Stopwatch.GetTimestamp();
            server.Terminate();

            Assert.Equal(0, await server.WaitForExitAsync());
            Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, containerGrace);
        }

        using var next = await RunningServer.StartAsync(_data.FullName);
        Assert.Equal(["a"], await next.ListIdsAsync());
        Assert.DoesNotContain("replayed", next.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hangup_stops_it_as_cleanly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || RunningServer.IgnoresHangups(), "There is no SIGHUP, or it is ignored");
        using (var server = await RunningServer.StartAsync(_data.FullName))
        {
            await server.CreateIndexAsync(Dimension, "dotproduct");
            using var writer = new RestWriter(server);
            await writer.WriteAsync(["a"]);

            server.Signal("HUP");

            Assert.Equal(0, await server.WaitForExitAsync());
        }

        using var next = await RunningServer.StartAsync(_data.FullName);
        Assert.Equal(["a"], await next.ListIdsAsync());
        Assert.DoesNotContain("replayed", next.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HUP", 0)]
    [InlineData("TERM", 30)]
    [InlineData("TERM", 60)]
    [InlineData("TERM", 90)]
    [InlineData("TERM", 120)]
    public async Task Asked_to_stop_while_it_starts_it_ends_quietly(string signal, int delayMs)
    {
        const int KilledByTerm = 128 + 15; // before the host listens to it
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals");
        Assert.SkipWhen(signal == "HUP" && RunningServer.IgnoresHangups(), "It is ignored");
        using var server = RunningServer.Begin(_data.FullName);
        await server.UntilItSaysAsync("NO API KEYS"); // the data directory is open
        await Task.Delay(delayMs, Cancellation);

        server.Signal(signal);

        var exitCode = await server.WaitForExitAsync();
        Assert.True(exitCode == 0 || (exitCode == KilledByTerm && signal == "TERM"), $"{exitCode}: {server.Output}");
        Assert.DoesNotContain("Exception", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_was_killed_instead_says_what_it_replays()
    {
        using (var server = await RunningServer.StartAsync(_data.FullName))
        {
            await server.CreateIndexAsync(Dimension, "dotproduct");
            using var writer = new RestWriter(server);
            await writer.WriteAsync(["a"]);
        } // kill -9

        using var next = await RunningServer.StartAsync(_data.FullName);
        Assert.Equal(["a"], await next.ListIdsAsync());
        Assert.Contains("replayed 1 operations", next.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Delete(recursive: true);

    /// <summary>Writes over a connection of its own until the server takes none; what took effect without an answer will be found there.</summary>
    private static async Task UntilClosedAsync(Func<IWriter> connect, int writer, ConcurrentBag<string> written)
    {
        using var connection = connect();
        for (var i = 0; ; i++)
        {
            var ids = Enumerable.Range(0, RecordsPerWrite).Select(record => string.Create(CultureInfo.InvariantCulture, $"w{writer}-{i}-{record}")).ToArray();
            try
            {
                await connection.WriteAsync(ids);
            }
            catch (HttpRequestException)
            {
                return; // refused, or closed before it was taken
            }

            foreach (var id in ids)
                written.Add(id);
        }
    }

    private static async Task QueryUntilClosedAsync(RunningServer server)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        while (true)
        {
            using var content = new StringContent($$"""{"vector": [{{RestWriter.Numbers}}], "topK": 50, "includeValues": true}""", Encoding.UTF8, "application/json");
            HttpResponseMessage response;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/indexes/things/query") { Content = content };
                response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            }
            catch (HttpRequestException)
            {
                return;
            }

            using (response)
            {
                // An answer that has begun comes to its end: a body cut off throws here.
                using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(Cancellation));
                Assert.True(response.IsSuccessStatusCode, json.RootElement.ToString());
                Assert.Equal(JsonValueKind.Array, json.RootElement.GetProperty("matches").ValueKind);
            }
        }
    }

    private static async Task WriteAsync(TcpClient client, string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Cancellation);

    private interface IWriter : IDisposable
    {
        /// <summary>Upserts records with these ids; ends when all was answered.</summary>
        Task WriteAsync(string[] ids);
    }

    private sealed class RestWriter(RunningServer server) : IWriter
    {
        private readonly HttpClient _http = new() { BaseAddress = server.Address };

        public static string Numbers { get; } = string.Join(',', Enumerable.Range(1, Dimension));

        public static string Body(string[] ids) => $$"""{"vectors": [{{string.Join(',', ids.Select(id => $$"""{"id": "{{id}}", "values": [{{Numbers}}]}"""))}}]}""";

        public async Task WriteAsync(string[] ids)
        {
            using var content = new StringContent(Body(ids), Encoding.UTF8, "application/json");
            using var response = await _http.PostAsync("/indexes/things/vectors/upsert", content, Cancellation);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        }

        public void Dispose() => _http.Dispose();
    }

    private sealed class GrpcWriter(RunningServer server) : IWriter
    {
        private readonly GrpcClient _grpc = new(server.Address);

        public async Task WriteAsync(string[] ids)
        {
            var request = new UpsertRequest();
            foreach (var id in ids)
                request.Vectors.Add(new Vector { Id = id, Values = { Enumerable.Range(1, Dimension).Select(i => (float)i) } });
            var reply = await _grpc.CallAsync("indexes/things/VectorService/Upsert", request.ToByteArray());
            Assert.True(reply.Status == "0", $"{reply.Status}: {reply.Message}");
        }

        public void Dispose() => _grpc.Dispose();
    }
}
