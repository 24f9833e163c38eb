using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace VectorServer.Api.Tests;

/// <summary>The server in its own process on a file system that really is full: a small one in memory, which only root may mount.</summary>
public sealed class RealFullDiskTests : IDisposable
{
    private const int Dimension = 256;
    private const int RecordsPerWrite = 100;
    private const int MountedMiB = 48; // 16 of them the reserve's

    private readonly DirectoryInfo _mount = Directory.CreateTempSubdirectory("vectorserver-full-");
    private readonly SortedDictionary<string, float[]> _written = new(StringComparer.Ordinal);
    private readonly Random _random = new(20);
    private bool _isMounted;
    private int _nextId;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_mount.FullName, "data");

    private string Filler => Path.Combine(_mount.FullName, "filler");

    [Fact]
    public async Task Filled_by_records_it_refuses_more_serves_what_it_has_and_goes_on_after_deletions()
    {
        Mount();
        using (var server = await RunningServer.StartAsync(Data))
        {
            using var http = new HttpClient { BaseAddress = server.Address };
            await server.CreateIndexAsync(Dimension, "euclidean");
            for (var refusals = 0; refusals < 4; refusals++)
                await WriteUntilRefusedAsync(http); // a log that is folded in on the way leaves room for a few more
            await AssertServedAsync(server);

            foreach (var ids in _written.Keys.Where((_, i) => i % 4 != 0).Chunk(1_000).ToArray())
            {
                Assert.Equal(HttpStatusCode.OK, await PostAsync(http, "vectors/delete", $$"""{"ids": {{JsonSerializer.Serialize(ids)}}}"""));
                foreach (var id in ids)
                    _written.Remove(id);
            }

            await AssertServedAsync(server);
            Assert.Equal(HttpStatusCode.OK, await PostAsync(http, "maintenance/compact", ""));
            for (var i = 0; i < 5; i++)
                Assert.Equal(HttpStatusCode.OK, await WriteAsync(http));
            await AssertServedAsync(server);
        } // kill -9

        using var next = await RunningServer.StartAsync(Data);
        using var client = new HttpClient { BaseAddress = next.Address };
        await AssertServedAsync(next);
        Assert.Equal(HttpStatusCode.OK, await WriteAsync(client));
    }

    [Fact]
    public async Task Filled_by_others_to_the_last_byte_it_starts_serves_and_goes_on_once_there_is_space()
    {
        Mount();
        using (var server = await RunningServer.StartAsync(Data))
        {
            using var http = new HttpClient { BaseAddress = server.Address };
            await server.CreateIndexAsync(Dimension, "euclidean");
            for (var i = 0; i < 5; i++)
                Assert.Equal(HttpStatusCode.OK, await WriteAsync(http));
            FillUp();
            await WriteUntilRefusedAsync(http);
            await AssertServedAsync(server);
        } // kill -9, with a log to replay

        FillUp();
        using var next = await RunningServer.StartAsync(Data);
        using var client = new HttpClient { BaseAddress = next.Address };
        await AssertServedAsync(next);
        FillUp();
        await WriteUntilRefusedAsync(client);
        File.Delete(Filler);
        Assert.Equal(HttpStatusCode.OK, await WriteAsync(client));
        await AssertServedAsync(next);
        next.Terminate();
        Assert.Equal(0, await next.WaitForExitAsync());
    }

    public void Dispose()
    {
        if (_isMounted)
            Run("umount", "--lazy", _mount.FullName);
        _mount.Delete(recursive: true);
    }

    private void Mount()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no tmpfs");
        _isMounted = Run("mount", "-t", "tmpfs", "-o", $"size={MountedMiB}m", "tmpfs", _mount.FullName);
        Assert.SkipUnless(_isMounted, "This user may not mount a file system");
    }

    /// <summary>Takes all the space there is, to the last byte.</summary>
    private void FillUp()
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var bytes = new byte[1 << 20];
        for (var size = bytes.Length; size > 0;)
        {
            try
            {
                filler.Write(bytes, 0, size);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    private async Task WriteUntilRefusedAsync(HttpClient http)
    {
        const int writesMax = (MountedMiB << 20) / (Dimension * sizeof(float) * RecordsPerWrite);
        for (var i = 0; i <= writesMax; i++)
        {
            var status = await WriteAsync(http);
            if (status == HttpStatusCode.OK)
                continue;
            Assert.Equal(HttpStatusCode.InsufficientStorage, status);
            return;
        }

        Assert.Fail("More was written than there is space for");
    }

    /// <summary>Writes records, and remembers them if the server says that they are written.</summary>
    private async Task<HttpStatusCode> WriteAsync(HttpClient http)
    {
        var records = Enumerable.Range(0, RecordsPerWrite)
            .Select(_ => (Id: $"id-{_nextId++:D6}", Values: Enumerable.Range(0, Dimension).Select(_ => _random.NextSingle()).ToArray()))
            .ToArray();
        var vectors = records.Select(record => $$"""{"id": "{{record.Id}}", "values": {{JsonSerializer.Serialize(record.Values)}}, "metadata": {"n": 1} }""");
        var status = await PostAsync(http, "vectors/upsert", $$"""{"vectors": [{{string.Join(',', vectors)}}]}""");
        if (status == HttpStatusCode.OK)
        {
            foreach (var (id, values) in records)
                _written.Add(id, values);
        }

        return status;
    }

    /// <summary>What was acknowledged is there, nothing else is, and a scan and a filter read it all.</summary>
    private async Task AssertServedAsync(RunningServer server)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Equal(_written.Keys, await server.ListIdsAsync());
        foreach (var id in _written.Keys.Where((_, i) => i % (_written.Count / 10) == 0))
        {
            var fetched = await GetAsync(http, $"/indexes/things/vectors/fetch?ids={id}");
            Assert.Equal(_written[id], fetched.GetProperty("vectors").GetProperty(id).GetProperty("values").EnumerateArray().Select(value => value.GetSingle()));

            using var answer = await http.PostAsync(
                "/indexes/things/query",
                Json($$"""{"vector": {{JsonSerializer.Serialize(_written[id])}}, "topK": 1, "exact": true, "filter": {"n": 1} }"""),
                Cancellation);
            using var found = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
            Assert.Equal(id, found.RootElement.GetProperty("matches")[0].GetProperty("id").GetString());
        }
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path)
    {
        using var json = JsonDocument.Parse(await http.GetStringAsync(path, Cancellation));
        return json.RootElement.Clone();
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, string path, string body)
    {
        using var response = await http.PostAsync($"/indexes/things/{path}", Json(body), Cancellation);
        return response.StatusCode;
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such command
        }
    }
}
