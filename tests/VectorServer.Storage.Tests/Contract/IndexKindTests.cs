using System.Collections.Concurrent;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>Approximate indexes behind the index surface: built, searched, changed, saved, damaged.</summary>
public sealed class IndexKindTests : IndexContract
{
    private const int Dimension = 8;
    private const int Rows = 7000;
    private const int TopK = 10;

    // In 8 dimensions a walk over so few links finds nearly all, and so does a tenth of the lists; when written 0.99 and more.
    private const double RecallMin = 0.95;

    private readonly ConcurrentQueue<string> _log = new();
    private readonly Random _random = new(21);

    protected override EngineOptions Options => base.Options with { Log = _log.Enqueue };

    [Theory]
    [InlineData(IndexKind.Hnsw, Metric.Cosine)]
    [InlineData(IndexKind.Hnsw, Metric.DotProduct)]
    [InlineData(IndexKind.Hnsw, Metric.Euclidean)]
    [InlineData(IndexKind.IvfFlat, Metric.Cosine)]
    [InlineData(IndexKind.IvfFlat, Metric.DotProduct)]
    [InlineData(IndexKind.IvfFlat, Metric.Euclidean)]
    [InlineData(IndexKind.IvfPq, Metric.Cosine)]
    [InlineData(IndexKind.IvfPq, Metric.DotProduct)]
    [InlineData(IndexKind.IvfPq, Metric.Euclidean)]
    public async Task Answers_stay_good_through_deletes_updates_compaction_and_a_restart(IndexKind kind, Metric metric)
    {
        var index = await CreateBuiltAsync(kind, metric);
        AssertRecall(index);

        await index.DeleteAsync("", [.. Enumerable.Range(0, Rows * 3 / 10).Select(i => $"r{i}")], Cancellation);
        AssertRecall(index);

        await index.UpsertAsync("", [.. Enumerable.Range(Rows / 2, Rows * 3 / 10).Select(Record)], Cancellation);
        AssertRecall(index); // the new rows are not in the index yet, or just so

        await index.CompactAsync("", Cancellation);
        AssertRecall(index);
        await WaitUntilBuiltAsync(index);
        AssertRecall(index);

        await ReopenAsync();
        index = Engine.GetIndex("docs");
        AssertRecall(index); // opens the namespace
        await WaitUntilBuiltAsync(index);
        AssertRecall(index);
    }

    [Theory]
    [InlineData(IndexKind.Hnsw)]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public async Task A_saved_index_is_loaded_and_a_damaged_one_built_anew(IndexKind kind)
    {
        await CreateBuiltAsync(kind);
        await ReopenAsync();
        var path = Assert.Single(Directory.GetFiles(DataDirectory, "ann.bin", SearchOption.AllDirectories));
        AssertRecall(Engine.GetIndex("docs")); // opens the namespace
        await WaitUntilBuiltAsync(Engine.GetIndex("docs"));
        Assert.DoesNotContain(_log, line => line.Contains("builds its index anew", StringComparison.Ordinal));

        await Engine.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        await ReopenAsync();

        var index = Engine.GetIndex("docs");
        AssertRecall(index);
        await WaitUntilBuiltAsync(index);
        AssertRecall(index);
        Assert.Contains(_log, line => line.Contains("builds its index anew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_kind_and_its_parameters_may_change_later()
    {
        var index = await CreateBuiltAsync(IndexKind.Hnsw);

        Engine.ConfigureIndex("docs", descriptor => descriptor with { Search = new SearchOptions { Kind = IndexKind.Flat } });
        await WaitAsync(index, stats => stats.IndexKind == "flat");
        AssertRecall(index);

        Engine.ConfigureIndex("docs", descriptor => descriptor with { Search = new SearchOptions { Kind = IndexKind.Hnsw, HnswM = 8, HnswEfConstruction = 50, HnswEf = 60 } });
        await WaitUntilBuiltAsync(index);
        AssertRecall(index);

        foreach (var (kind, lists) in new[] { (IndexKind.IvfPq, 100), (IndexKind.IvfFlat, 100), (IndexKind.IvfFlat, 60) })
        {
            Engine.ConfigureIndex("docs", descriptor => descriptor with { Search = descriptor.Search with { Kind = kind, IvfLists = lists, IvfProbes = lists / 3 } });
            await WaitUntilBuiltAsync(index);
            AssertRecall(index);
        }

        await ReopenAsync();
        Assert.Equal(60, Engine.GetIndex("docs").Descriptor.Search.IvfLists);
        Assert.Equal(8, Engine.GetIndex("docs").Descriptor.Search.HnswM);
    }

    [Theory]
    [InlineData(IndexKind.Hnsw)]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public async Task A_filter_that_leaves_little_is_answered_in_full(IndexKind kind)
    {
        var index = await CreateBuiltAsync(kind);
        foreach (var share in new[] { 1, 10, 60 })
        {
            var filter = Filter($$$"""{"n":{"$lt":{{{share}}}}}""");
            var query = RandomVector(_random, Dimension);
            var exact = Query(index, new VectorQuery { TopK = TopK, Vector = query, Filter = filter, Exact = true });
            var found = Query(index, new VectorQuery { TopK = TopK, Vector = query, Filter = filter });
            Assert.Equal(TopK, found.Length);
            Assert.InRange(found.Intersect(exact).Count(), TopK - 2, TopK);
        }
    }

    [Theory]
    [InlineData(IndexKind.Hnsw)]
    [InlineData(IndexKind.IvfFlat)]
    public async Task Effort_is_measured_for_the_recall_asked_for_kept_over_a_restart_and_gives_way_to_one_set_by_hand(IndexKind kind)
    {
        var index = Create("docs", kind, search => search with { HnswEf = null, Recall = 0.95 });
        await FillAsync(index, "");
        await WaitUntilBuiltAsync(index);
        await WaitAsync(index, stats => stats.IndexEffort is not null);
        AssertRecall(index);

        await ReopenAsync();
        index = Engine.GetIndex("docs");
        AssertRecall(index); // opens the namespace
        await WaitUntilBuiltAsync(index);
        await WaitAsync(index, stats => stats.IndexEffort is not null);
        Assert.Equal(0.95, index.Descriptor.Search.Recall);
        AssertRecall(index);

        Engine.ConfigureIndex("docs", descriptor => descriptor with { Search = descriptor.Search with { HnswEf = 17, IvfProbes = 17 } });
        var explanation = index.Query("", new VectorQuery { TopK = TopK, Vector = RandomVector(_random, Dimension), Explain = true }, Cancellation).Explanation!;
        Assert.Equal("index", explanation.Plan);
        Assert.Contains("set by hand, 17", explanation.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_an_older_format_is_built_anew_and_the_log_says_so()
    {
        await CreateBuiltAsync(IndexKind.Hnsw);
        await Engine.DisposeAsync();
        var path = Assert.Single(Directory.GetFiles(DataDirectory, "ann.bin", SearchOption.AllDirectories));
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        BitConverter.TryWriteBytes(bytes.AsSpan(6), (ushort)1);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), Storage.IO.Crc32C.Compute(bytes.AsSpan(0, bytes.Length - 4)));
        await File.WriteAllBytesAsync(path, bytes, Cancellation);

        await ReopenAsync();
        AssertRecall(Engine.GetIndex("docs")); // opens the namespace
        await WaitUntilBuiltAsync(Engine.GetIndex("docs"));
        while (!_log.Any(line => line.Contains("index anew", StringComparison.Ordinal)))
            await Task.Delay(20, Cancellation);

        Assert.Contains(_log, line => line.Contains("format version is 1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.89)]
    [InlineData(0.9991)]
    [InlineData(double.NaN)]
    public void A_recall_out_of_range_is_refused(double recall)
    {
        var exception = Assert.Throws<StorageException>(
            () => Engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 3, Search = new SearchOptions { Recall = recall } }));

        Assert.Equal(StorageErrorCode.InvalidArgument, exception.Code);
    }

    [Theory]
    [InlineData(IndexKind.Hnsw)]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public async Task Copies_are_all_found_in_the_order_of_their_ids_and_dead_ones_are_not(IndexKind kind)
    {
        var index = Create("docs", kind, search => search);
        var one = RandomVector(_random, Dimension);
        for (var first = 0; first < Rows; first += 1000)
            await index.UpsertAsync("", [.. Enumerable.Range(first, 1000).Select(i => i % 2 == 0 ? Dense($"c{i:D5}", one) : Record(i))], Cancellation);
        await WaitUntilBuiltAsync(index);
        await index.DeleteAsync("", ["c00000", "c00004"], Cancellation);

        var found = Query(index, new VectorQuery { TopK = 5, Vector = one });

        Assert.Equal(["c00002", "c00006", "c00008", "c00010", "c00012"], found);
        Assert.Equal(100, Query(index, new VectorQuery { TopK = 100, Vector = one }).Count(id => id[0] == 'c'));
    }

    [Theory]
    [InlineData(IndexKind.Hnsw)]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public async Task An_index_or_namespace_deleted_while_it_is_built_goes_at_once(IndexKind kind)
    {
        var index = Create("docs", kind);
        await FillAsync(index, "a");
        await FillAsync(index, "b");

        await index.DeleteNamespaceAsync("a", Cancellation);
        await Engine.DropIndexAsync("docs");

        Assert.False(Directory.EnumerateDirectories(Path.Combine(DataDirectory, "indexes")).Any());
        Assert.Empty(_log);
    }

    [Theory]
    [InlineData(3, 200)]
    [InlineData(65, 200)]
    [InlineData(16, 2001)]
    [InlineData(16, 8)] // less than M
    public void Parameters_out_of_range_are_refused(int m, int efConstruction)
    {
        var search = new SearchOptions { Kind = IndexKind.Hnsw, HnswM = m, HnswEfConstruction = efConstruction };

        var exception = Assert.Throws<StorageException>(
            () => Engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 3, Search = search }));

        Assert.Equal(StorageErrorCode.InvalidArgument, exception.Code);
    }

    private VectorIndex Create(string name, IndexKind kind, Metric metric = Metric.Cosine) =>
        Create(name, kind, search => search, metric);

    private VectorIndex Create(string name, IndexKind kind, Func<SearchOptions, SearchOptions> change, Metric metric = Metric.Cosine) =>
        Engine.CreateIndex(new IndexDescriptor
        {
            Name = name,
            Dimension = Dimension,
            Metric = metric,
            Search = change(new SearchOptions { Kind = kind, HnswEfConstruction = 60, HnswEf = 40 }),
        });

    private async Task<VectorIndex> CreateBuiltAsync(IndexKind kind, Metric metric = Metric.Cosine)
    {
        var index = Create("docs", kind, metric);
        await FillAsync(index, "");
        await WaitUntilBuiltAsync(index);
        return index;
    }

    private async Task FillAsync(VectorIndex index, string ns)
    {
        for (var first = 0; first < Rows; first += 1000)
            await index.UpsertAsync(ns, [.. Enumerable.Range(first, 1000).Select(Record)], Cancellation);
    }

    private VectorRecord Record(int i) => Dense($"r{i}", RandomVector(_random, Dimension), $$"""{"n":{{i % 100}}}""");

    private Task WaitUntilBuiltAsync(VectorIndex index) =>
        WaitAsync(index, stats => stats.IndexKind == index.Descriptor.Search.Kind.ToName() && stats.RecordCount + stats.DeletedRows - stats.IndexedRows < 1000);

    // The work is done in the background, sooner or later.
    private async Task WaitAsync(VectorIndex index, Func<NamespaceStorageStats, bool> condition)
    {
        while (!condition(index.Stats().Namespaces[0]))
        {
            Assert.DoesNotContain(_log, line => line.Contains("could not build", StringComparison.Ordinal));
            await Task.Delay(20, Cancellation);
        }
    }

    private void AssertRecall(VectorIndex index)
    {
        const int queries = 40;
        var found = 0;
        for (var i = 0; i < queries; i++)
        {
            var query = RandomVector(_random, Dimension);
            var exact = Query(index, new VectorQuery { TopK = TopK, Vector = query, Exact = true });
            found += Query(index, new VectorQuery { TopK = TopK, Vector = query }).Intersect(exact).Count();
        }

        Assert.InRange(found / (double)(queries * TopK), RecallMin, 1);
    }

    private static string[] Query(VectorIndex index, VectorQuery query) => [.. index.Query("", query, Cancellation).Matches.Select(match => match.Id)];
}
