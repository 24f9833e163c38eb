using VectorServer.DataKinds;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>An index of one kind of data beside a model of what it must hold; every step changes both.</summary>
internal sealed class TestedIndex(VectorEngine engine, DataSet data, Findings findings, bool withMetadata = false)
{
    private const int RowsPerWrite = 3000;
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(25);

    private readonly Dictionary<string, ModelRecord> _records = [];
    private readonly Draw _draw = Draw.For(QualitySize.Seed, data.Kind.Name + "/operations");
    private string _name = "kinds";
    private int[]? _near;

    public DataSet Data => data;

    public VectorEngine Engine { get; set; } = engine;

    public static string IdOf(int row) => $"r{row}";

    public VectorIndex Index => Engine.GetIndex(_name);

    public void Create(Compression compression = Compression.Auto, IndexKind kind = IndexKind.Auto) => Engine.CreateIndex(new IndexDescriptor
    {
        Name = _name,
        Dimension = data.Dimension,
        Metric = (Metric)data.Kind.Metric,
        Compression = compression,
        Search = new SearchOptions { Kind = kind },
    });

    /// <summary>Writes all rows: most are loaded, the last tenth goes through the log.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var upserted = data.Count - (data.Count / 10);
        for (var first = 0; first < data.Count;)
        {
            var end = first < upserted ? Math.Min(first + RowsPerWrite, upserted) : Math.Min(first + RowsPerWrite, data.Count);
            await PutAsync([.. Enumerable.Range(first, end - first).Select(row => Record(row, data.Row(row)))], load: first < upserted, cancellation);
            first = end;
        }
    }

    public async Task PutAsync(ModelRecord[] records, bool load, CancellationToken cancellation)
    {
        var wire = records.Select(record => record.ToRecord(withMetadata)).ToArray();
        await (load ? Index.LoadAsync("", wire, cancellation) : Index.UpsertAsync("", wire, cancellation));
        foreach (var record in records)
            _records[record.Id] = record;
    }

    public Task DeleteShareAsync(double share, CancellationToken cancellation) =>
        DeleteAsync([.. Enumerable.Range(0, data.Count).Where(_ => _draw.Chance(share)).Select(IdOf)], cancellation);

    public async Task DeleteAsync(string[] ids, CancellationToken cancellation)
    {
        await Index.DeleteAsync("", ids, cancellation);
        foreach (var id in ids)
            _records.Remove(id);
    }

    /// <summary>Gives rows other vectors; some of them had been deleted.</summary>
    public async Task UpdateShareAsync(double share, CancellationToken cancellation)
    {
        var changed = Enumerable.Range(0, data.Count).Where(_ => _draw.Chance(share)).Select(row => Record(row, data.Redraw(row)));
        foreach (var records in changed.Chunk(RowsPerWrite))
            await PutAsync(records, load: false, cancellation);
    }

    public async Task ClearAsync(CancellationToken cancellation)
    {
        await Index.DeleteAllAsync("", cancellation);
        _records.Clear();
    }

    public void Recode(Compression compression) => Engine.ConfigureIndex(_name, descriptor => descriptor with { Compression = compression });

    /// <summary>No write is lost, and none is there twice.</summary>
    public void CheckRecords()
    {
        Assert.Equal(_records.Count, Index.Count("", null).Count);
        foreach (var ids in _records.Keys.Chunk(1000))
        {
            var found = Index.Fetch("", ids).Records;
            Assert.Equal(ids.Length, found.Count);
            Assert.All(found, record => Assert.True(record.Values.Span.SequenceEqual(_records[record.Id].Values.Span), record.Id));
        }
    }

    public Task CompactAsync(CancellationToken cancellation) => Index.CompactAsync("", cancellation);

    /// <summary>Backs the index up and goes on with what is restored.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        await Engine.Backups.CreateAsync(Index, "backup", "{}", cancellation);
        var target = Index.Descriptor with { Name = "restored", Id = Guid.NewGuid() };
        await Engine.RestoreIndexAsync("backup", target, null, cancellation);
        _name = "restored";
    }

    /// <summary>
    /// Waits until what is derived is made: an index that was asked for holds the rows, and the figures of storage stand still. After the deadline
    /// answers are judged all the same.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        var deadline = DateTime.UtcNow + (QualitySize.IsLong ? TimeSpan.FromMinutes(20) : TimeSpan.FromSeconds(15));
        var before = Index.Stats().Namespaces[0];
        for (var still = 0; still < 3 && DateTime.UtcNow < deadline;)
        {
            await Task.Delay(PollEvery, cancellation);
            var now = Index.Stats().Namespaces[0];
            still = now == before && IsBuilt(now) ? still + 1 : 0;
            before = now;
        }
    }

    /// <summary>Asks with queries of every kind and judges the answers.</summary>
    /// <param name="step">What was done before.</param>
    /// <param name="queriesOfEachKind">How many; one in the middle.</param>
    /// <param name="topKs">How many matches are asked for.</param>
    public void Ask(string step, int queriesOfEachKind, params int[] topKs)
    {
        var live = new Matching([.. _records.Values]);
        foreach (var kind in Enum.GetValues<QueryKind>())
        {
            foreach (var query in data.Queries(kind, kind == QueryKind.Middle ? 1 : queriesOfEachKind))
                Ask(step, kind, query, live, null, topKs);
        }
    }

    /// <summary>Asks under a filter with queries in the distribution, or near the vector that the records' field <c>near</c> is about.</summary>
    public void AskFiltered(string step, string filter, Func<ModelRecord, bool> matches, int queries, bool correlated, params int[] topKs)
    {
        var parsed = Filter.Parse(System.Text.Json.JsonElement.Parse(filter));
        var live = new Matching([.. _records.Values.Where(matches)]);
        foreach (var query in data.Queries(QueryKind.Alike, queries))
        {
            if (correlated)
            {
                var pivot = data.Row(Pivot).Span;
                for (var i = 0; i < query.Length; i++)
                    query[i] = (float)(pivot[i] + ((query[i] - (double)pivot[i]) * 0.05));
            }

            Ask(step, QueryKind.Alike, query, live, parsed, topKs);
        }
    }

    /// <param name="step">What was done before.</param>
    /// <param name="kind">Of the query.</param>
    /// <param name="query">The vector.</param>
    /// <param name="matching">The records that may match.</param>
    /// <param name="filter">What makes them match; null where all do.</param>
    /// <param name="topKs">How many matches are asked for.</param>
    public void Ask(string step, QueryKind kind, float[] query, Matching matching, Filter? filter, params int[] topKs)
    {
        var judged = new JudgedQuery(data.Kind, matching, query);
        foreach (var topK in topKs)
        {
            var result = Index.Query("", new VectorQuery { TopK = topK, Vector = query, Filter = filter, Explain = true });
            var (right, wanted) = judged.Judge(
                topK, result.Matches, result.Explanation!.Plan == "exact", wrong => findings.Wrong(step, $"{kind}, topK {topK}: {wrong}"));
            findings.Count(step, topK, kind, right, wanted, Certificate.Of(result.Explanation), isScan: result.Explanation.IndexKind == "flat");
        }
    }

    public Matching Live() => new([.. _records.Values]);

    public ModelRecord Record(int row, ReadOnlyMemory<float> values) =>
        new(IdOf(row), values, (int)(row * 7919L % 1000), withMetadata ? (_near ??= NearOfRows())[row] : 0);

    private int Pivot => data.Count / 3;

    /// <summary>Each row's place by nearness to one of them, in permille.</summary>
    private int[] NearOfRows()
    {
        var ranks = Enumerable.Range(0, data.Count)
            .Select(row => (Row: row, Rank: Truth.Rank(data.Kind.Metric, Truth.Score(data.Kind.Metric, data.Row(row).Span, data.Row(Pivot).Span))))
            .OrderByDescending(entry => entry.Rank).ToArray();
        var near = new int[data.Count];
        for (var i = 0; i < ranks.Length; i++)
            near[ranks[i].Row] = (int)(i * 1000L / ranks.Length);
        return near;
    }

    private bool IsBuilt(NamespaceStorageStats stats)
    {
        const int tailRows = 1000;
        var kind = Index.Descriptor.Search.Kind;
        return kind is IndexKind.Auto or IndexKind.Flat || stats.RecordCount < tailRows
            || (stats.IndexKind == kind.ToName() && stats.IndexEffort is not null
                && stats.RecordCount + stats.DeletedRows - stats.IndexedRows < tailRows);
    }
}
