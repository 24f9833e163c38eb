namespace VectorServer.Storage.Tests.Contract;

/// <summary>Namespaces, indexes and the engine end while they are in use.</summary>
public sealed class LifetimeTests : IndexContract
{
    [Fact]
    public async Task Closing_waits_for_a_running_query_so_that_the_next_engine_has_the_files_alone()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        var (query, vector) = await HoldQueryAsync(index);

        var closing = Engine.DisposeAsync().AsTask();

        Assert.NotSame(closing, await Task.WhenAny(closing, Task.Delay(200, Cancellation)));
        Assert.Equal(StorageErrorCode.FailedPrecondition, Assert.Throws<StorageException>(() => VectorEngine.Open(Options)).Code);
        vector.LetGo();
        Assert.Single((await query).Matches);
        await closing;
        await ReopenAsync();
        Assert.Single(Engine.GetIndex("docs").Fetch("", ["a"]).Records);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Closing_does_not_wait_for_a_reading_that_nobody_goes_on_with(bool compacted)
    {
        var index = CreateDense();
        await index.UpsertAsync("", [.. Enumerable.Range(0, 2_500).Select(i => Dense($"id{i}", [1, 2, 3]))], Cancellation);
        using var reading = index.ReadAll("").GetEnumerator();
        using var another = index.ReadAll("").GetEnumerator();
        Assert.True(reading.MoveNext());
        Assert.True(another.MoveNext());
        if (compacted)
            await index.CompactAsync("", Cancellation); // the reading keeps the files of before

        await Engine.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => reading.MoveNext()).Code);
        await ReopenAsync(); // the files are let go
        Assert.Equal(2_500, Engine.GetIndex("docs").ReadAll("").Sum(records => records.Count));
        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => another.MoveNext()).Code);
        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => index.ReadAll("").Any()).Code);
    }

    [Fact]
    public async Task A_reading_under_way_ends_whole_or_says_why_it_does_not()
    {
        for (var round = 0; round < 10; round++)
        {
            var index = CreateDense();
            await index.UpsertAsync("", [.. Enumerable.Range(0, 5_000).Select(i => Dense($"id{i}", [1, 2, 3]))], Cancellation);
            var reading = Task.Run(() => index.ReadAll("").Sum(records => records.Count), Cancellation);
            if (round % 2 == 0)
                await Task.Yield();

            await Engine.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

            if (await Record.ExceptionAsync(() => reading) is { } failure)
                Assert.Equal(StorageErrorCode.Unavailable, Assert.IsType<StorageException>(failure).Code);
            else
                Assert.Equal(5_000, await reading);
            await ReopenAsync();
            await Engine.DropIndexAsync("docs");
        }
    }

    [Fact]
    public async Task A_closed_engine_says_so_instead_of_finding_nothing()
    {
        await CreateDense().UpsertAsync("used", [Dense("a", [1, 2, 3])], Cancellation);
        await Engine.GetIndex("docs").UpsertAsync("unused", [Dense("a", [1, 2, 3])], Cancellation);
        await ReopenAsync();
        var index = Engine.GetIndex("docs");
        Assert.Single(index.Fetch("used", ["a"]).Records);

        await Engine.DisposeAsync();
        await Engine.DisposeAsync();

        foreach (var ns in new[] { "used", "unused", "absent" })
        {
            Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => index.Fetch(ns, ["a"])).Code);
            Assert.Equal(StorageErrorCode.Unavailable, (await FailAsync(() => index.UpsertAsync(ns, [Dense("b", [1, 2, 3])], Cancellation))).Code);
            Assert.Equal(StorageErrorCode.Unavailable, (await FailAsync(() => index.DeleteAsync(ns, ["a"], Cancellation))).Code);
        }

        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => index.Stats()).Code);
        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => index.ListNamespaces(null, 10, null)).Code);
        Assert.Equal(StorageErrorCode.Unavailable, (await FailAsync(() => index.CompactAsync("used", Cancellation))).Code);
        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => CreateDense("other")).Code);
        Assert.Equal(StorageErrorCode.Unavailable, (await FailAsync(() => Engine.DropIndexAsync("docs"))).Code);
    }

    [Fact]
    public async Task A_query_that_outlives_its_namespace_never_shows_the_successors_records()
    {
        await CreateDense().UpsertAsync("", [Dense("a", [1, 2, 3], """{"of":"first"}""")], Cancellation);
        await ReopenAsync(); // no connection for reading is open yet
        var index = Engine.GetIndex("docs");
        var (query, vector) = await HoldQueryAsync(index);

        await index.DeleteNamespaceAsync("", Cancellation);
        await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"of":"second"}""")], Cancellation);
        vector.LetGo();

        Assert.Equal(StorageErrorCode.NotFound, (await FailAsync(() => query)).Code);
        Assert.Equal("""{"of":"second"}""", Json(index.Fetch("", ["a"]).Records[0].Metadata));
    }

    [Fact]
    public async Task A_namespace_and_its_index_removed_at_once_go_once_and_leave_a_running_query_its_files()
    {
        for (var round = 0; round < 20; round++)
        {
            var index = CreateDense();
            await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
            var (query, vector) = await HoldQueryAsync(index, hydrate: false);
            using var start = new Barrier(3);
            Task<Exception?> Together(Func<Task> end) => Task.Run(async () =>
            {
                start.SignalAndWait(Cancellation);
                return await Record.ExceptionAsync(end);
            });

            var ends = await Task.WhenAll(
                Together(() => index.DeleteNamespaceAsync("", Cancellation)),
                Together(() => index.DeleteNamespaceAsync("", Cancellation)),
                Together(() => Engine.DropIndexAsync("docs")));
            vector.LetGo();

            Assert.Equal("a", Assert.Single((await query).Matches).Id);
            Assert.All(ends.OfType<Exception>(), error => Assert.IsType<StorageException>(error));
            Assert.Null(ends[2]);
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(DataDirectory, "indexes")));
        }
    }

    [Fact]
    public async Task Whatever_meets_a_namespaces_removal_fails_by_the_contract_or_succeeds()
    {
        var index = CreateDense();
        for (var round = 0; round < 15; round++)
        {
            await index.UpsertAsync("ns", [Dense("a", [1, 2, 3])], Cancellation);
            var work = new Func<Task>[]
            {
                () => index.CompactAsync("ns", Cancellation),
                () => index.FlushAsync(Cancellation),
                () => index.UpdateAsync("ns", new RecordUpdate("a", SetMetadata: Metadata("""{"x":1}""")), Cancellation),
                () => Task.Run(() => index.ListNamespaces(null, 10, null), Cancellation),
                () => Task.Run(() => index.DescribeNamespace("ns"), Cancellation),
                () => index.DeleteNamespaceAsync("ns", Cancellation),
                () => index.DeleteNamespaceAsync("ns", Cancellation),
            };

            var errors = await Task.WhenAll(work.Select(one => Task.Run(async () => await Record.ExceptionAsync(one), Cancellation)));

            Assert.All(errors.OfType<Exception>(), error => Assert.Equal(StorageErrorCode.NotFound, Assert.IsType<StorageException>(error).Code));
            Assert.Null(errors[3]);
        }
    }

    [Fact]
    public async Task Writers_of_a_namespace_that_is_removed_again_and_again_write_to_its_successor()
    {
        var index = CreateDense();
        var writers = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
                await index.UpsertAsync("ns", [Dense($"r{number}-{i}", [1, 2, 3])], Cancellation);
        })).ToArray();

        for (var i = 0; i < 10; i++)
            await Record.ExceptionAsync(() => index.DeleteNamespaceAsync("ns", Cancellation));
        await Task.WhenAll(writers);
        await index.UpsertAsync("ns", [Dense("last", [1, 2, 3])], Cancellation);

        var ids = index.ListIds("ns", null, 1000, null).Ids;
        Assert.Contains("last", ids);
        Assert.Equal(ids.Count, index.Stats().TotalRecordCount);
        await ReopenAsync();
        Assert.Equal(ids, Engine.GetIndex("docs").ListIds("ns", null, 1000, null).Ids);
    }

    /// <summary>Starts a query and waits until it holds its snapshot.</summary>
    private static async Task<(Task<QueryResult> Query, HeldVector Vector)> HoldQueryAsync(VectorIndex index, bool hydrate = true)
    {
        var vector = new HeldVector([1, 2, 3]);
        var asked = new VectorQuery { TopK = 1, Vector = vector.Memory, IncludeMetadata = hydrate };
        var query = Task.Run(() => index.Query("", asked, CancellationToken.None));
        await vector.Reached;
        return (query, vector);
    }

    private static Task<StorageException> FailAsync(Func<Task> work) => Assert.ThrowsAsync<StorageException>(work);
}
