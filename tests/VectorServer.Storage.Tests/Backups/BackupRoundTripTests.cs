namespace VectorServer.Storage.Tests.Backups;

/// <summary>A restored index answers as the one that was backed up did, and lives on.</summary>
public sealed class BackupRoundTripTests : BackupContract
{
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.DotProduct)]
    public async Task A_dense_index_with_overwrites_updates_and_deletes_is_restored(Metric metric)
    {
        var random = new Random(5);
        var index = CreateDense(dimension: 8, metric: metric);
        await FillAsync(index, "", 120, random);
        await FillAsync(index, "A/../b c", 2300, random);
        index.CreateNamespace("declared", ["kind"]);

        var info = await BackUpAsync(index);
        var restored = await RestoreAsync();

        AssertSameAnswers(index, restored);
        Assert.Equal((3, index.Stats().TotalRecordCount), (info.NamespaceCount, info.RecordCount));
        Assert.Equal(metric, restored.Descriptor.Metric);
        Assert.All(restored.Stats().Namespaces, ns => Assert.Equal(0, ns.DeletedRows));
        AssertNoTemporaries();
    }

    [Fact]
    public async Task Aliases_are_restored_with_their_targets()
    {
        var index = CreateDense();
        await index.UpsertAsync("blue", [Dense("a", [1, 2, 3])], Cancellation);
        var live = index.CreateAlias("live", "blue");
        index.CreateAlias("start", "");
        await BackUpAsync(index);

        var restored = await RestoreAsync();

        Assert.Equal(live, restored.DescribeAlias("live"));
        Assert.Equal(["live", "start"], restored.ListAliases(null, null, 10, null).Aliases.Select(alias => alias.Name));
        Assert.Equal("a", Assert.Single(restored.Fetch("live", ["a"]).Records).Id);
    }

    [Fact]
    public async Task A_sparse_index_is_restored()
    {
        var random = new Random(6);
        var index = CreateSparse();
        var records = Enumerable.Range(0, 300).Select(i => new VectorRecord($"r{i}", default, RandomSparse(random), Fields(i)));
        await index.UpsertAsync("s", [.. records], Cancellation);
        await index.DeleteAsync("s", ["r7", "r11"], Cancellation);
        await BackUpAsync(index);

        var restored = await RestoreAsync();

        AssertSameAnswers(index, restored);
        Assert.Equal(VectorType.Sparse, restored.Descriptor.VectorType);
    }

    [Fact]
    public async Task A_hybrid_index_is_restored()
    {
        var random = new Random(7);
        var index = CreateDense(dimension: 4, metric: Metric.DotProduct);
        var records = Enumerable.Range(0, 200)
            .Select(i => new VectorRecord($"r{i}", RandomVector(random, 4), i % 3 == 0 ? null : RandomSparse(random), Fields(i)));
        await index.UpsertAsync("", [.. records], Cancellation);
        await index.DeleteAsync("", ["r0", "r1"], Cancellation);
        await BackUpAsync(index);

        AssertSameAnswers(index, await RestoreAsync());
    }

    [Fact]
    public async Task An_index_with_codes_keeps_their_calibration()
    {
        var random = new Random(8);
        var index = CreateDense(dimension: 16, compression: Compression.SpectralK64);
        await FillAsync(index, "", 3000, random);
        await FillAsync(index, "few", 10, random);
        await WaitFor.CodesAsync(index, Cancellation);
        await BackUpAsync(index);

        var restored = await RestoreAsync(compression: Compression.SpectralK64);

        Assert.Equal("spectral_k64", restored.Stats().Namespaces[0].Compression);
        AssertSameAnswers(index, restored);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(DataDirectory, "indexes", "docs", "__default__", "gen-000001", "codec.bin")),
            File.ReadAllBytes(Path.Combine(DataDirectory, "indexes", "restored", "__default__", "gen-000001", "codec.bin")));
    }

    [Fact]
    public async Task An_index_calibrated_at_its_creation_goes_on_with_that_calibration()
    {
        var random = new Random(9);
        var sample = Enumerable.Range(0, 50).Select(_ => RandomVector(random, 16)).ToList();
        var index = Engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 16, Compression = Compression.SpectralK128 }, sample);
        await FillAsync(index, "", 50, random);
        await BackUpAsync(index);

        var restored = await RestoreAsync(compression: Compression.SpectralK128);

        AssertSameAnswers(index, restored);
        await restored.UpsertAsync("new", [Dense("a", RandomVector(random, 16))], Cancellation);
        await WaitFor.CodesAsync(restored, Cancellation, "new");
        Assert.Equal("spectral_k128", restored.Stats().Namespaces.Single(ns => ns.Name == "new").Compression);
    }

    [Fact]
    public async Task Another_compression_may_be_asked_for()
    {
        var random = new Random(10);
        var index = CreateDense(dimension: 16, compression: Compression.SpectralK64);
        await FillAsync(index, "", 1500, random);
        await BackUpAsync(index);

        var raw = await RestoreAsync(name: "raw", compression: Compression.Float32);
        var other = await RestoreAsync(name: "other", compression: Compression.SpectralK256);

        await WaitFor.CodesAsync(other, Cancellation);
        Assert.Equal("float32", raw.Stats().Namespaces[0].Compression);
        while (other.Stats().Namespaces[0].Compression != "spectral_k256")
            await Task.Delay(10, Cancellation); // hangs where it takes a request
        Assert.Equal(Records(index, ""), Records(other, ""));
    }

    [Fact]
    public async Task An_empty_index_is_restored_empty_and_takes_writes()
    {
        await BackUpAsync(CreateDense());

        var restored = await RestoreAsync();

        Assert.Equal(0, restored.ListNamespaces(null, 10, null).TotalCount);
        await restored.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        Assert.Single(restored.Fetch("", ["a"]).Records);
    }

    [Fact]
    public async Task A_restored_index_goes_on_at_the_next_lsn_and_survives_reopening()
    {
        var index = CreateDense();
        for (var i = 0; i < 5; i++)
            await index.UpsertAsync("", [Dense($"r{i}", [1, 2, i])], Cancellation);
        var last = (await index.DeleteAsync("", ["r2"], Cancellation)).Lsn;
        await BackUpAsync(index);

        var restored = await RestoreAsync();
        var next = await restored.UpsertAsync("", [Dense("r2", [9, 9, 9]), Dense("new", [1, 1, 1])], Cancellation);

        Assert.Equal(last.Value + 1, next.Lsn.Value);
        await ReopenAsync();
        restored = Engine.GetIndex("restored");
        Assert.Equal(["new", "r0", "r1", "r2", "r3", "r4"], restored.ListIds("", null, 10, null).Ids);
        Assert.Equal([9, 9, 9], restored.Fetch("", ["r2"]).Records[0].Values.ToArray());
        await restored.CompactAsync("", Cancellation);
        Assert.Equal(6, restored.Stats().TotalRecordCount);
        Assert.Equal(4, Engine.GetIndex("docs").Stats().TotalRecordCount);
    }

    [Fact]
    public async Task A_backup_outlives_changes_and_the_end_of_its_index_and_serves_many_restores()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        await BackUpAsync(index);
        await index.UpsertAsync("", [Dense("a", [4, 5, 6]), Dense("b", [4, 5, 6])], Cancellation);
        await Engine.DropIndexAsync("docs");

        foreach (var name in new[] { "docs", "second" })
        {
            var restored = await RestoreAsync(name: name);
            Assert.Equal(["a"], restored.ListIds("", null, 10, null).Ids);
            Assert.Equal([1, 2, 3], restored.Fetch("", ["a"]).Records[0].Values.ToArray());
            await restored.DeleteAllAsync("", Cancellation); // the backup's files are its own
        }

        await Engine.Backups.VerifyAsync("b1", Cancellation);
    }

    [Fact]
    public async Task The_target_decides_name_id_compression_and_attributes_and_the_backup_the_rest()
    {
        var index = Engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 3, Metric = Metric.Euclidean, Attributes = """{"of":"source"}""" });
        var target = new IndexDescriptor { Name = "copy", Dimension = 77, Metric = Metric.DotProduct, Attributes = """{"of":"copy"}""" };
        var info = await Engine.Backups.CreateAsync(index, "b1", """{"name":"nightly \u00e4"}""", Cancellation);

        var restored = (await Engine.RestoreIndexAsync("b1", target, null, Cancellation)).Descriptor;

        Assert.Equal(target with { Dimension = 3, Metric = Metric.Euclidean, CreatedAt = restored.CreatedAt }, restored);
        Assert.Equal(index.Descriptor, info.Index);
        Assert.Equal("""{"name":"nightly \u00e4"}""", info.Attributes);
        Assert.Equal(info, Engine.Backups.Find("b1"));
        await ReopenAsync();
        Assert.Equal([info], Engine.Backups.List());
        Assert.Equal(restored, Engine.GetIndex("copy").Descriptor);
    }

    [Theory]
    [InlineData(Metric.Euclidean, Metric.Cosine, Compression.Auto)]
    [InlineData(Metric.Cosine, Metric.DotProduct, Compression.Sq8)]
    [InlineData(Metric.DotProduct, Metric.Euclidean, Compression.SpectralK64)]
    public async Task Another_metric_may_be_asked_for_and_nothing_of_the_old_one_stays(Metric before, Metric after, Compression compression)
    {
        const int Dimension = 16;
        var random = new Random(21);
        var index = Engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = Dimension, Metric = before, Compression = compression });
        var fresh = Engine.CreateIndex(new IndexDescriptor { Name = "fresh", Dimension = Dimension, Metric = after, Compression = compression });
        VectorRecord[] records = [.. Enumerable.Range(0, 6_000).Select(i => Dense($"r{i}", [.. RandomVector(random, Dimension).Select(value => value * (1 + (i % 7)))]))];
        await index.LoadAsync("", records, Cancellation);
        await fresh.LoadAsync("", records, Cancellation);
        await BackUpAsync(index);

        var target = new IndexDescriptor { Name = "restored", Compression = compression };
        var restored = await Engine.RestoreIndexAsync("b1", target, after, null, Cancellation);

        Assert.Equal(after, restored.Descriptor.Metric);
        for (var round = 0; round < 2; round++)
        {
            foreach (var exact in new[] { false, true })
            {
                var query = new VectorQuery { TopK = 10, Vector = RandomVector(random, Dimension), Exact = exact, MaxCandidates = 500 };
                Assert.Equal(fresh.Query("", query, Cancellation).Matches.Select(match => match.Id), restored.Query("", query, Cancellation).Matches.Select(match => match.Id));
            }

            await ReopenAsync();
            (fresh, restored) = (Engine.GetIndex("fresh"), Engine.GetIndex("restored"));
        }
    }

    [Fact]
    public async Task The_size_of_a_backup_is_the_bytes_of_its_files()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);

        var info = await BackUpAsync(index);

        var files = new DirectoryInfo(Path.Combine(BackupsDirectory, "b1")).GetFiles("*", SearchOption.AllDirectories);
        Assert.Equal(files.Sum(file => file.Length), info.SizeBytes);
        Assert.DoesNotContain(files, file => file.Name.EndsWith("-wal", StringComparison.Ordinal) || file.Name.EndsWith("-shm", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backup_copied_into_a_running_engine_on_another_machine_is_found_and_restored()
    {
        var random = new Random(12);
        var index = CreateDense(dimension: 8);
        await FillAsync(index, "ns", 200, random);
        var info = await BackUpAsync(index);
        using var elsewhere = new TempDirectory();
        await using var other = VectorEngine.Open(new EngineOptions { DataDirectory = elsewhere.Path });
        Assert.Empty(other.Backups.List());

        CopyDirectory(Path.Combine(BackupsDirectory, "b1"), Path.Combine(elsewhere.Path, "backups", "b1"));

        Assert.Equal([info], other.Backups.List());
        AssertSameAnswers(index, await other.RestoreIndexAsync("b1", new IndexDescriptor { Name = "there" }, null, Cancellation));
    }

    [Fact]
    public async Task A_backup_copied_under_another_name_is_another_backup_with_that_id()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        var info = await BackUpAsync(index);

        CopyDirectory(Path.Combine(BackupsDirectory, "b1"), Path.Combine(BackupsDirectory, "b2"));

        Assert.Equal([info, info with { Id = "b2" }], Engine.Backups.List());
        AssertSameAnswers(index, await RestoreAsync("b2"));
    }

    [Fact]
    public async Task Progress_rises_to_one()
    {
        var index = CreateDense(dimension: 256);
        await FillAsync(index, "", 3000, new Random(13));
        await BackUpAsync(index);
        var shares = new List<double>();

        await Engine.RestoreIndexAsync("b1", new IndexDescriptor { Name = "restored" }, new Told(shares.Add), Cancellation);

        Assert.Equal(shares.Order(), shares);
        Assert.True(shares.Count > 3, "a file of 3 MB is more than one step");
        Assert.InRange(shares[0], 0, 0.999);
        Assert.Equal(1, shares[^1]);
    }

    /// <summary>Writes records, then overwrites, updates and deletes some of them.</summary>
    private static async Task FillAsync(VectorIndex index, string ns, int count, Random random)
    {
        var dimension = index.Descriptor.Dimension;
        VectorRecord Make(int i) => new($"r{i}", RandomVector(random, dimension), null, Fields(i));
        await index.UpsertAsync(ns, [.. Enumerable.Range(0, count).Select(Make)], Cancellation);
        await index.UpsertAsync(ns, [.. Enumerable.Range(0, count).Where(i => i % 5 == 0).Select(Make)], Cancellation);
        await index.UpdateAsync(ns, new RecordUpdate("r2", SetMetadata: Metadata("""{"kind":"updated","n":100}""")), Cancellation);
        await index.DeleteAsync(ns, [.. Enumerable.Range(0, count).Where(i => i % 7 == 3).Select(i => $"r{i}")], Cancellation);
    }

    private static RecordMetadata? Fields(int i) =>
        i % 4 == 3 ? null : Metadata($$"""{"kind":"{{(char)('a' + (i % 3))}}","n":{{i % 10}},"tags":["x","ü{{i}}"]}""");

    private static SparseVector RandomSparse(Random random)
    {
        var indices = Enumerable.Range(0, 12).Where(_ => random.Next(2) == 0).Append(20).Select(i => (uint)i).ToArray();
        return SparseVector.Create(indices, RandomVector(random, indices.Length));
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
