using System.Globalization;
using System.Text;
using System.Text.Json;

namespace VectorServer.Benchmarks.Peers;

/// <summary>This server, as it is by default and with a graph.</summary>
internal sealed class OwnHttp(ServerProcess server, int dimension) : IHttpPeer
{
    public string Engine => "this server";

    public IReadOnlyList<PeerSetting> Settings { get; } =
    [
        new("auto", "auto", "maxCandidates", [10, 20, 40, 80, 160, 320, 640]),
        new("hnsw", "HNSW M=16 efConstruction=200", "maxCandidates", [10, 16, 32, 48, 64, 96, 128, 192, 256, 384]),
    ];

    public Task CreateAsync(PeerSetting setting, string name) =>
        server.CreateIndexAsync(name, dimension, new Dictionary<string, string> { ["vs_index"] = setting.Name });

    public byte[] UpsertBody(PeerData data, int first, int count) => HttpBench.UpsertBody(data.Vectors, data.Dimension, first, count);

    public Task UpsertAsync(string name, byte[] body) => server.PostAsync($"/indexes/{name}/vectors/upsert", body);

    public Task WaitUntilIndexedAsync(PeerSetting setting, string name, int rows) =>
        setting.Name == "hnsw" ? server.WaitUntilIndexedAsync(name, rows) : Task.CompletedTask;

    public Task<byte[][]> PrepareAsync(PeerData data, string name, PeerSetting setting, int effort) => Task.FromResult(Enumerable.Range(0, data.QueryCount)
        .Select(i => Encoding.UTF8.GetBytes(
            $$"""{"topK":{{PeerData.TopK}},"maxCandidates":{{effort}},"vector":{{HttpBench.Numbers(data.Query(i).Span)}}}"""))
        .ToArray());

    public Task<byte[]> QueryAsync(string name, byte[] body) => server.PostAsync($"/indexes/{name}/query", body);

    public int[] RowsOf(byte[] answer)
    {
        using var json = JsonDocument.Parse(answer);
        return [.. json.RootElement.GetProperty("matches").EnumerateArray()
            .Select(match => int.Parse(match.GetProperty("id").GetString()!, CultureInfo.InvariantCulture))];
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
