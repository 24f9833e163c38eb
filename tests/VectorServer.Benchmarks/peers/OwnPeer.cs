using System.Diagnostics;
using System.Globalization;
using VectorServer.Storage;

namespace VectorServer.Benchmarks.Peers;

/// <summary>This engine, through its public surface: durable upserts, queries that return ids and exact scores.</summary>
internal sealed class OwnPeer(PeerData data) : IPeer
{
    private const int BatchRows = 1000;
    private const int Warmups = 3000; // past the JIT's tiers
    private static readonly int[] Efs = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
    private static readonly int[] Probes = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vectorserver-peer-");
    private readonly Dictionary<string, (VectorEngine Engine, VectorIndex Index)> _open = [];

    public string Engine => "this engine";

    public IReadOnlyList<PeerSetting> Settings { get; } =
    [
        new("float32", "exact scan", "", [0]),
        new("spectral_4bit", "auto: scan of spectral_4bit", "rescored", [10, 20, 40, 80]),
        new("hnsw", "HNSW M=16 efConstruction=200", "ef", Efs),
        new("ivf_flat", "ivf_flat", "nprobe", Probes),
    ];

    public int ProcessId => Environment.ProcessId;

    public async Task<PeerBuild> BuildAsync(PeerSetting setting)
    {
        var path = Path.Combine(_directory.FullName, setting.Name);
        var engine = VectorEngine.Open(new EngineOptions { DataDirectory = path, BuildThreads = Environment.ProcessorCount });
        var index = engine.CreateIndex(new IndexDescriptor
        {
            Name = "peer",
            Dimension = data.Dimension,
            Compression = setting.Name == "float32" ? Compression.Float32 : Compression.Auto,
            Search = new SearchOptions { Kind = IndexKind.Flat },
        });
        _open[setting.Name] = (engine, index);
        var records = Enumerable.Range(0, data.RowCount)
            .Select(row => new VectorRecord(row.ToString(CultureInfo.InvariantCulture), data.Vector(row), null, null))
            .ToArray();
        var watch = Stopwatch.StartNew();
        foreach (var batch in records.Chunk(BatchRows))
            await index.UpsertAsync("", batch);
        var ingest = watch.Elapsed.TotalSeconds;

        watch.Restart();
        if (IndexKindNames.TryParse(setting.Name, out var kind))
            await BuildAsync(engine, index, kind);
        var build = watch.Elapsed.TotalSeconds;
        await index.FlushAsync();
        var bytes = new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        return new PeerBuild(ingest, Durable: true, build, Environment.ProcessorCount, bytes);
    }

    public Task<int[][]> AnswerAsync(PeerSetting setting, int effort)
    {
        var ask = Prepare(setting, effort);
        var answers = Enumerable.Range(0, data.QueryCount)
            .Select(i => ask(i).Matches.Select(match => int.Parse(match.Id, CultureInfo.InvariantCulture)).ToArray())
            .ToArray();
        if (setting.Ladder.Length > 1 && effort == setting.Ladder[0])
        {
            for (var i = 0; i < Warmups; i++)
                ask(i % data.QueryCount);
        }

        return Task.FromResult(answers);
    }

    public async Task<double> TimeAsync(PeerSetting setting, int effort, int threads, double seconds)
    {
        var ask = Prepare(setting, effort);
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() =>
        {
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
                ask(Interlocked.Increment(ref next) % data.QueryCount);
        })));
        return (next + 1) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (engine, _) in _open.Values)
            await engine.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task BuildAsync(VectorEngine engine, VectorIndex index, IndexKind kind)
    {
        const int tail = 1000; // so many are left to the scan
        engine.ConfigureIndex("peer", descriptor => descriptor with { Search = new SearchOptions { Kind = kind } });
        while (index.Stats().Namespaces[0].IndexedRows <= data.RowCount - tail)
            await Task.Delay(10);
    }

    private Func<int, QueryResult> Prepare(PeerSetting setting, int effort)
    {
        var (engine, index) = _open[setting.Name];
        if (setting.Effort == "nprobe" && index.Descriptor.Search.IvfProbes != effort)
            engine.ConfigureIndex("peer", descriptor => descriptor with { Search = descriptor.Search with { IvfProbes = effort } });
        var query = new VectorQuery
        {
            TopK = PeerData.TopK,
            Exact = setting.Name == "float32",
            MaxCandidates = setting.Effort is "ef" or "rescored" ? effort : null,
        };
        return i => index.Query("", query with { Vector = data.Query(i) });
    }
}
