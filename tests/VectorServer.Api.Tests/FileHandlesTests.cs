using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VectorServer.Api.Tests;

/// <summary>A process without file handles is a dead one: neither namespaces nor connections may take the last.</summary>
public sealed class FileHandlesTests : IDisposable
{
    private const int Handles = 512;
    private const int Namespaces = 60; // of which each has 6 files

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("vectorserver-handles-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_few_of_them_it_serves_many_namespaces_and_bears_many_connections()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such limit");
        using var server = await RunningServer.StartAsync(_data.FullName, Handles);
        await server.CreateIndexAsync(dimension: 2, "cosine");
        using var http = new HttpClient { BaseAddress = server.Address };
        for (var i = 0; i < Namespaces; i++)
            await SucceedAsync("vectors/upsert", $$"""{"namespace": "n{{i}}", "vectors": [{"id": "id-{{i}}", "values": [1, 2]}]}""");

        var connections = new List<Socket>();
        for (var i = 0; i < 2 * Handles; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            connections.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, server.Port, Cancellation);
        }

        for (var i = 0; i < Namespaces; i++)
            Assert.Contains($"\"id-{i}\"", await SucceedAsync("query", $$"""{"namespace": "n{{i}}", "vector": [1, 2], "topK": 1}"""), StringComparison.Ordinal);
        connections.ForEach(socket => socket.Dispose());
        await SucceedAsync("vectors/upsert", """{"namespace": "last", "vectors": [{"id": "last", "values": [1, 2]}]}""");
        Assert.Contains($"\"totalVectorCount\":{Namespaces + 1}", await SucceedAsync("describe_index_stats", ""), StringComparison.Ordinal);

        async Task<string> SucceedAsync(string path, string body)
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync($"/indexes/things/{path}", content, Cancellation);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.True(answer.IsSuccessStatusCode, text);
            return text;
        }
    }

    [Fact]
    public async Task With_too_few_of_them_it_does_not_start_and_says_so_in_one_line()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such limit");

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.StartAsync(_data.FullName, 399));

        Assert.Contains("VectorServer cannot start: The process may open 399 files, and needs at least 400: raise its limit (ulimit -n)", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at VectorServer.Storage", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_fewest_it_starts_with_it_answers_and_stops()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such limit");
        using var server = await RunningServer.StartAsync(_data.FullName, 400);
        await server.CreateIndexAsync(dimension: 2, "cosine");

        Assert.Empty(await server.ListIdsAsync());
        server.Terminate();
        Assert.Equal(0, await server.WaitForExitAsync());
    }

    public void Dispose() => _data.Delete(recursive: true);
}
