namespace VectorServer.Storage.Tests.Contract;

public sealed class IndexTests : IndexContract
{
    [Fact]
    public async Task Indexes_are_listed_by_name_and_kept_across_a_restart()
    {
        CreateDense("b", dimension: 4);
        CreateDense("a", dimension: 5, metric: Storage.Metric.Euclidean);
        CreateSparse("c");
        Engine.ConfigureIndex("b", descriptor => descriptor with { Attributes = """{"tags":{"x":"y"}}""" });
        var before = Engine.Indexes.Select(index => index.Descriptor).ToArray();

        await ReopenAsync();

        Assert.Equal(["a", "b", "c"], before.Select(descriptor => descriptor.Name));
        Assert.Equal(before, Engine.Indexes.Select(index => index.Descriptor));
        Assert.Equal("""{"tags":{"x":"y"}}""", Engine.GetIndex("b").Descriptor.Attributes);
    }

    [Fact]
    public async Task A_name_is_taken_until_its_index_is_dropped_and_a_new_one_is_empty()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);

        var taken = Assert.Throws<StorageException>(() => CreateDense());
        await Engine.DropIndexAsync("docs");
        var absent = Assert.Throws<StorageException>(() => Engine.GetIndex("docs"));
        var again = CreateDense(dimension: 5);

        Assert.Equal(StorageErrorCode.AlreadyExists, taken.Code);
        Assert.Equal("Index docs not found.", absent.Message);
        Assert.Equal(0, again.Stats().TotalRecordCount);
        await ReopenAsync();
        Assert.Equal(5, Engine.GetIndex("docs").Descriptor.Dimension);
    }

    [Fact]
    public async Task Writes_to_a_dropped_index_are_refused()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);

        await Engine.DropIndexAsync("docs");

        await Assert.ThrowsAsync<StorageException>(() => index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation));
        Assert.False(Directory.Exists(Path.Combine(DataDirectory, "indexes", "docs")));
    }

    [Fact]
    public async Task An_index_is_kept_by_who_is_asked_before_it_is_dropped_and_changed_by_nobody_meanwhile()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        var asking = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        var drop = Task.Run(
            () => Engine.DropIndexAsync("docs", asked =>
            {
                Assert.Equal(index.Descriptor, asked);
                asking.SetResult();
                answer.Task.Wait(Cancellation);
                throw new InvalidOperationException("It is kept");
            }),
            Cancellation);
        await asking.Task;

        var change = Task.Run(() => Engine.ConfigureIndex("docs", descriptor => descriptor with { Attributes = """{"a":1}""" }), Cancellation);
        await Task.Delay(50, Cancellation);
        Assert.False(change.IsCompleted);
        answer.SetResult();

        Assert.Equal("It is kept", (await Assert.ThrowsAsync<InvalidOperationException>(() => drop)).Message);
        Assert.Equal("""{"a":1}""", (await change).Attributes);
        Assert.Equal(["a"], Engine.GetIndex("docs").ListIds("", null, 10, null).Ids);
    }

    [Fact]
    public async Task Another_compression_is_taken_without_uploading_again()
    {
        var random = new Random(2);
        var index = CreateDense(dimension: 16, compression: Compression.Float32);
        await index.UpsertAsync("", [.. Enumerable.Range(0, 1500).Select(i => Dense($"r{i}", RandomVector(random, 16)))], Cancellation);
        Assert.Equal("float32", index.Stats().Namespaces[0].Compression);

        Engine.ConfigureIndex("docs", descriptor => descriptor with { Compression = Compression.SpectralK128 });
        await WaitFor.CodesAsync(index, Cancellation, compression: Compression.SpectralK128);

        Assert.Equal("spectral_k128", index.Stats().Namespaces[0].Compression);
        await ReopenAsync();
        Assert.Equal("spectral_k128", Engine.GetIndex("docs").Stats().Namespaces[0].Compression);
    }

    [Fact]
    public async Task A_calibration_sample_given_at_creation_serves_from_the_first_row()
    {
        var random = new Random(2);
        var descriptor = new IndexDescriptor { Name = "docs", Dimension = 16, Compression = Compression.SpectralK64 };
        var index = Engine.CreateIndex(descriptor, [.. Enumerable.Range(0, 50).Select(_ => RandomVector(random, 16))]);

        await index.UpsertAsync("", [Dense("a", RandomVector(random, 16))], Cancellation);
        await WaitFor.CodesAsync(index, Cancellation);

        Assert.Equal("spectral_k64", index.Stats().Namespaces[0].Compression);
        Assert.Throws<StorageException>(() => Engine.CreateIndex(descriptor with { Name = "bad" }, [new float[15]]));
        Assert.False(Engine.TryGetIndex("bad", out _));
    }

    [Fact]
    public async Task Auto_is_exact_below_a_few_thousand_rows_and_coded_above()
    {
        var random = new Random(2);
        var index = CreateDense(dimension: 16);
        for (var batch = 0; batch < 4; batch++)
            await index.UpsertAsync("", [.. Enumerable.Range(batch * 1000, 1000).Select(i => Dense($"r{i}", RandomVector(random, 16)))], Cancellation);
        var below = index.Stats().Namespaces[0];
        for (var batch = 4; batch < 6; batch++)
            await index.UpsertAsync("", [.. Enumerable.Range(batch * 1000, 1000).Select(i => Dense($"r{i}", RandomVector(random, 16)))], Cancellation);
        await WaitFor.CodesAsync(index, Cancellation);
        var above = index.Stats().Namespaces[0];

        Assert.Equal("float32", below.Compression);
        Assert.Equal(0, below.CodeBytesPerVector);
        Assert.Equal("rabitq", above.Compression);
        Assert.True(above.CodeBytesPerVector > 0);
    }

    [Fact]
    public async Task Auto_keeps_no_codes_of_few_dimensions_which_are_longer_than_the_vectors()
    {
        var random = new Random(2);
        var index = CreateDense(dimension: 8);
        await index.LoadAsync("", [.. Enumerable.Range(0, 6000).Select(i => Dense($"r{i}", RandomVector(random, 8)))], Cancellation);
        var named = CreateDense("named", dimension: 8, compression: Compression.Sq8);
        await named.LoadAsync("", [.. Enumerable.Range(0, 6000).Select(i => Dense($"r{i}", RandomVector(random, 8)))], Cancellation);
        await WaitFor.CodesAsync(named, Cancellation);

        Assert.Equal(("float32", 0L), (index.Stats().Namespaces[0].Compression, index.Stats().Namespaces[0].CodedRows));
        Assert.Equal(("sq8", 6000L), (named.Stats().Namespaces[0].Compression, named.Stats().Namespaces[0].CodedRows));
    }
}
