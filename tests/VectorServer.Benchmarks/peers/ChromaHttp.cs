using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace VectorServer.Benchmarks.Peers;

/// <summary>The Chroma server. It reads its effort of search when it opens a collection: another effort is a restart.</summary>
internal sealed class ChromaHttp : IHttpPeer
{
    private const string Collections = "/api/v2/tenants/default_tenant/databases/default_database/collections";

    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("vectorserver-peer-");
    private readonly HttpClient _client = new();
    private readonly Dictionary<string, string> _ids = [];
    private Process _process;
    private int _effort;

    private ChromaHttp(int port)
    {
        _client.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        _process = Start();
    }

    public string Engine { get; private set; } = "Chroma";

    public IReadOnlyList<PeerSetting> Settings { get; } =
        [new("hnsw", "HNSW M=16 efConstruction=200", "ef_search", [10, 16, 24, 32, 48, 64, 96, 128, 192, 256])];

    /// <returns>The running server; null if it cannot be had here.</returns>
    public static async Task<ChromaHttp?> StartAsync()
    {
        if (PeerTools.Node("chroma", "chroma.js") is null)
            return null;
        var chroma = new ChromaHttp(FreePort());
        try
        {
            await chroma.WaitUntilReadyAsync();
            chroma.Engine = $"Chroma {await chroma._client.GetStringAsync("/api/v2/version")}".Replace("\"", "", StringComparison.Ordinal);
            return chroma;
        }
        catch (PeerException)
        {
            await chroma.DisposeAsync();
            return null;
        }
    }

    public async Task CreateAsync(PeerSetting setting, string name)
    {
        var hnsw = new { space = "cosine", ef_construction = 200, max_neighbors = 16, ef_search = 100 };
        var body = JsonSerializer.SerializeToUtf8Bytes(new { name, configuration = new { hnsw } });
        using var answer = JsonDocument.Parse(await SendAsync(HttpMethod.Post, Collections, body));
        _ids[name] = answer.RootElement.GetProperty("id").GetString()!;
    }

    public byte[] UpsertBody(PeerData data, int first, int count)
    {
        var rows = Enumerable.Range(first, count);
        var ids = string.Join(',', rows.Select(row => $"\"{row}\""));
        var embeddings = string.Join(',', rows.Select(row => HttpBench.Numbers(data.Vector(row).Span)));
        var metadata = string.Join(',', rows.Select(row => $$"""{"group":{{row % 10}}}"""));
        return Encoding.UTF8.GetBytes($$"""{"ids":[{{ids}}],"embeddings":[{{embeddings}}],"metadatas":[{{metadata}}]}""");
    }

    public Task UpsertAsync(string name, byte[] body) => SendAsync(HttpMethod.Post, $"{Collections}/{_ids[name]}/upsert", body);

    public Task WaitUntilIndexedAsync(PeerSetting setting, string name, int rows) => Task.CompletedTask;

    public async Task<byte[][]> PrepareAsync(PeerData data, string name, PeerSetting setting, int effort)
    {
        if (_effort != effort)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new { new_configuration = new { hnsw = new { ef_search = effort } } });
            await SendAsync(HttpMethod.Put, $"{Collections}/{_ids[name]}", body);
            await StopAsync();
            _process = Start();
            await WaitUntilReadyAsync();
            _effort = effort;
        }

        return [.. Enumerable.Range(0, data.QueryCount).Select(i => Encoding.UTF8.GetBytes(
            $$"""{"query_embeddings":[{{HttpBench.Numbers(data.Query(i).Span)}}],"n_results":{{PeerData.TopK}},"include":["distances"]}"""))];
    }

    public Task<byte[]> QueryAsync(string name, byte[] body) => SendAsync(HttpMethod.Post, $"{Collections}/{_ids[name]}/query", body);

    public int[] RowsOf(byte[] answer)
    {
        using var json = JsonDocument.Parse(answer);
        return [.. json.RootElement.GetProperty("ids")[0].EnumerateArray().Select(id => int.Parse(id.GetString()!, CultureInfo.InvariantCulture))];
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _files.Delete(recursive: true);
    }

    private Process Start()
    {
        var start = PeerTools.Node("chroma", "chroma.js")!;
        start.ArgumentList.Add(_files.FullName);
        start.ArgumentList.Add(_client.BaseAddress!.Port.ToString(CultureInfo.InvariantCulture));
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task StopAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync()
    {
        while (!_process.HasExited)
        {
            try
            {
                if ((await _client.GetAsync("/api/v2/heartbeat")).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50);
            }
        }

        throw new PeerException("its process ended");
    }

    private async Task<byte[]> SendAsync(HttpMethod method, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        using var response = await _client.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode ? answer : throw new PeerException($"{(int)response.StatusCode} {Encoding.UTF8.GetString(answer)}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
