using System.Runtime.InteropServices;

namespace VectorServer.Storage.Tests.Contract;

public sealed class RestartTests : IndexContract
{
    [Fact]
    public async Task Everything_is_found_again_after_a_clean_stop_which_leaves_nothing_to_replay()
    {
        var index = CreateDense(metric: Storage.Metric.DotProduct);
        var hybrid = Dense("a", [1, -0f, float.Epsilon], """{"tags":["x","y"],"n":1.5}""") with { Sparse = SparseVector.Create([9, 1], [1, 2]) };
        await index.UpsertAsync("", [hybrid, Dense("b", [4, 5, 6])], Cancellation);
        await index.UpsertAsync("other", [Dense("c", [7, 8, 9])], Cancellation);
        await index.DeleteAsync("", ["b"], Cancellation);

        await ReopenAsync();

        index = Engine.GetIndex("docs");
        var record = Assert.Single(index.Fetch("", ["a", "b"]).Records);
        Assert.True(MemoryMarshal.AsBytes(record.Values.Span).SequenceEqual(MemoryMarshal.AsBytes(hybrid.Values.Span)));
        Assert.Equal("""{"tags":["x","y"],"n":1.5}""", Json(record.Metadata));
        Assert.Equal([1u, 9u], record.Sparse!.Indices.ToArray());
        Assert.Equal(["", "other"], index.ListNamespaces(null, 10, null).Namespaces.Select(ns => ns.Name));
        Assert.All(Directory.GetFiles(DataDirectory, "*.wal", SearchOption.AllDirectories), path => Assert.Equal(16, new FileInfo(path).Length));
    }

    [Fact]
    public async Task Lsns_go_on_after_a_restart()
    {
        var before = await CreateDense().UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);

        await ReopenAsync();
        var after = await Engine.GetIndex("docs").UpsertAsync("", [Dense("b", [1, 2, 3])], Cancellation);

        Assert.True(after.Lsn > before.Lsn);
    }

    [Fact]
    public async Task Coded_queries_answer_the_same_after_a_restart_and_after_compaction()
    {
        const int Dimension = 32;
        var random = new Random(4);
        var index = CreateDense(dimension: Dimension, compression: Compression.SpectralK64);
        for (var batch = 0; batch < 7; batch++)
            await index.UpsertAsync("", [.. Enumerable.Range(batch * 1000, 1000).Select(i => Dense($"r{i}", RandomVector(random, Dimension)))], Cancellation);
        await WaitFor.CodesAsync(index, Cancellation);
        var queries = Enumerable.Range(0, 20).Select(_ => RandomVector(random, Dimension)).ToArray();
        var before = Answers(index, queries);

        await ReopenAsync();
        index = Engine.GetIndex("docs");
        Assert.Equal(before, Answers(index, queries));
        Assert.Equal("spectral_k64", index.Stats().Namespaces[0].Compression);

        await index.CompactAsync("", Cancellation);
        Assert.Equal(before, Answers(index, queries));
    }

    [Fact]
    public async Task Compaction_keeps_records_and_gives_space_back()
    {
        var index = CreateDense(dimension: 64);
        var random = new Random(6);
        for (var round = 0; round < 5; round++)
            await index.UpsertAsync("", [.. Enumerable.Range(0, 1000).Select(i => Dense($"r{i}", RandomVector(random, 64), $$"""{"round":{{round}}}"""))], Cancellation);
        await index.DeleteAsync("", [.. Enumerable.Range(0, 500).Select(i => $"r{i}")], Cancellation);
        await index.FlushAsync(Cancellation);
        var before = index.DescribeNamespace("").SizeBytes;
        var values = index.Fetch("", ["r700"]).Records[0].Values.ToArray();

        await index.CompactAsync("", Cancellation);

        Assert.True(index.DescribeNamespace("").SizeBytes < before / 5);
        Assert.Equal(0, index.Stats().Namespaces[0].DeletedRows);
        Assert.Equal(500, index.Stats().TotalRecordCount);
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        var record = index.Fetch("", ["r700"]).Records[0];
        Assert.Equal(values, record.Values.ToArray());
        Assert.Equal("""{"round":4}""", Json(record.Metadata));
        Assert.Equal(500, index.ListIds("", null, 1000, null).Ids.Count);
    }

    [Fact]
    public async Task Queries_running_while_a_namespace_is_compacted_and_dropped_stay_whole()
    {
        var index = CreateDense(dimension: 8);
        var random = new Random(8);
        await index.UpsertAsync("", [.. Enumerable.Range(0, 2000).Select(i => Dense($"r{i}", RandomVector(random, 8)))], Cancellation);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var query = new float[] { 1, 2, 3, 4, 5, 6, 7, 8 };
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var found = index.Query("", new VectorQuery { TopK = 10, Vector = query, IncludeMetadata = true }, CancellationToken.None).Matches.Count;
                    Assert.True(found is 10 or 0);
                }
                catch (StorageException e) when (e.Code == StorageErrorCode.NotFound)
                {
                    // the namespace went away in the middle
                }
            }
        })).ToArray();

        for (var i = 0; i < 5; i++)
        {
            await index.DeleteAsync("", [$"r{i}"], Cancellation);
            await index.CompactAsync("", Cancellation);
        }

        await index.DeleteNamespaceAsync("", Cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(StorageErrorCode.NotFound, Assert.Throws<StorageException>(() => index.CompactAsync("", Cancellation).GetAwaiter().GetResult()).Code);
    }

    [Theory]
    [InlineData("checkpoint.json")]
    [InlineData("namespace.json")]
    [InlineData("metadata.db")]
    [InlineData("vectors.npy")]
    public async Task One_damaged_namespace_does_not_keep_the_others_from_serving(string file)
    {
        var index = CreateDense();
        await index.UpsertAsync("bad", [Dense("a", [1, 2, 3])], Cancellation);
        await index.UpsertAsync("good", [Dense("b", [1, 2, 3])], Cancellation);
        await Engine.DisposeAsync();
        var damaged = Directory.GetFiles(Path.Combine(DataDirectory, "indexes", "docs", "bad"), file, SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(damaged, "garbage", Cancellation);

        await ReopenAsync();
        index = Engine.GetIndex("docs");

        Assert.Equal(["b"], index.ListIds("good", null, 10, null).Ids);
        Assert.Equal(["good"], index.Stats().Namespaces.Select(ns => ns.Name));
        var listed = index.ListNamespaces(null, 10, null).Namespaces;
        Assert.Equal(["bad", "good"], listed.Select(ns => ns.Name));
        Assert.NotNull(listed[0].Damage);
        Assert.Null(listed[1].Damage);
        Assert.Equal(["bad"], index.Stats().Damaged.Select(ns => ns.Name));
        Assert.Equal(StorageErrorCode.DataCorruption, Assert.Throws<StorageException>(() => index.Fetch("bad", ["a"])).Code);
    }

    [Fact]
    public void A_second_engine_on_the_same_directory_is_refused()
    {
        var error = Assert.Throws<StorageException>(() => VectorEngine.Open(Options));

        Assert.Equal(StorageErrorCode.FailedPrecondition, error.Code);
        Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
    }

    private static List<(string Id, double Score)> Answers(VectorIndex index, IEnumerable<float[]> queries) =>
        [.. queries.SelectMany(query => index.Query("", new VectorQuery { TopK = 10, Vector = query }, Cancellation).Matches).Select(match => (match.Id, match.Score))];
}
