namespace VectorServer.Storage.Tests.Contract;

/// <summary>Namespaces that nobody uses are closed, and nobody notices.</summary>
public sealed class IdleTests : IndexContract
{
    private readonly ManualTime _time = new();

    protected override EngineOptions Options => base.Options with { Time = _time, IdleClose = TimeSpan.FromMinutes(15) };

    [Fact]
    public async Task A_namespace_is_closed_once_idle_and_opened_at_its_next_use()
    {
        var random = new Random(1);
        var index = CreateDense(dimension: 8, compression: Compression.Spectral4Bit);
        await index.UpsertAsync("", [.. Enumerable.Range(0, 6000).Select(i => Dense($"r{i}", RandomVector(random, 8)))], Cancellation);
        await WaitFor.CodesAsync(index, Cancellation);
        while (!index.Namespaces.Get("").IsIdleSince(long.MaxValue))
            await Task.Delay(1, Cancellation); // the work that made them has ended, too
        var query = RandomVector(random, 8);
        var before = Ids(index, query);
        Assert.True(index.Namespaces.TryAcquire("", out var lease));
        var codes = lease.Snapshot.Codes!;
        lease.Dispose();

        _time.Advance(TimeSpan.FromMinutes(14));
        await Engine.CloseIdleAsync();
        Assert.Single(index.Namespaces.Opened());

        _time.Advance(TimeSpan.FromMinutes(1));
        await Engine.CloseIdleAsync();
        Assert.Empty(index.Namespaces.Opened());
        Assert.Equal(0, codes.Bytes);

        Assert.Equal(before, Ids(index, query));
        Assert.Single(index.Namespaces.Opened());
    }

    [Fact]
    public async Task A_namespace_that_somebody_reads_stays_open()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        Assert.True(index.Namespaces.TryAcquire("", out var lease));
        _time.Advance(TimeSpan.FromHours(1));

        await Engine.CloseIdleAsync();

        Assert.Single(index.Namespaces.Opened());
        Assert.Equal(0, lease.Snapshot.Find("a"));
        lease.Dispose();
        await Engine.CloseIdleAsync();
        Assert.Empty(index.Namespaces.Opened());
    }

    [Fact]
    public async Task Every_use_opens_a_closed_namespace_again()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3]), Dense("b", [1, 2, 3])], Cancellation);
        var uses = new Func<Task>[]
        {
            () => index.UpsertAsync("", [Dense("c", [3, 2, 1])], Cancellation),
            () => index.UpdateAsync("", new RecordUpdate("a", SetMetadata: Metadata("""{"x":1}""")), Cancellation),
            () => index.DeleteAsync("", ["b"], Cancellation),
            () => index.CompactAsync("", Cancellation),
            () => index.FlushAsync(Cancellation),
        };

        foreach (var use in uses)
        {
            _time.Advance(TimeSpan.FromMinutes(15));
            await Engine.CloseIdleAsync();
            Assert.Empty(index.Namespaces.Opened());
            await use();
        }

        Assert.Equal(["a", "c"], index.ListIds("", null, 10, null).Ids);
        Assert.Equal("""{"x":1}""", Json(index.Fetch("", ["a"]).Records[0].Metadata));
        _time.Advance(TimeSpan.FromMinutes(15));
        await Engine.CloseIdleAsync();
        await index.DeleteNamespaceAsync("", Cancellation);
        Assert.Equal(0, index.Stats().TotalRecordCount);
    }

    [Fact]
    public async Task Lists_and_statistics_tell_of_closed_namespaces_and_open_none()
    {
        var index = CreateDense();
        index.CreateNamespace("a", ["x"]);
        await index.UpsertAsync("a", [Dense("a", [1, 2, 3]), Dense("b", [1, 2, 3])], Cancellation);
        await index.DeleteAsync("a", ["b"], Cancellation);
        await index.UpsertAsync("", [Dense("c", [1, 2, 3])], Cancellation);
        var (stats, listed, figures) = (index.Stats(), index.ListNamespaces(null, 10, null), index.Observe());
        _time.Advance(TimeSpan.FromMinutes(15));
        await Engine.CloseIdleAsync();

        Assert.Equal(stats.Namespaces, index.Stats().Namespaces);
        Assert.Equal(Shown(listed), Shown(index.ListNamespaces(null, 10, null)));
        Assert.Equal(1, index.DescribeNamespace("a").RecordCount);
        Assert.Equal(figures with { OpenNamespaces = 0, LogBytes = 0 }, index.Observe());
        Assert.Empty(index.Namespaces.Opened());

        await index.UpsertAsync("a", [Dense("b", [1, 2, 3])], Cancellation);
        Assert.Equal(3, index.Stats().TotalRecordCount);
        Assert.Equal(2, index.DescribeNamespace("a").RecordCount);
        Assert.Single(index.Namespaces.Opened());
    }

    [Fact]
    public async Task Readers_and_writers_never_notice_that_a_namespace_closes()
    {
        var index = CreateDense();
        await index.UpsertAsync("ns", [Dense("a", [1, 2, 3])], Cancellation);
        using var stop = new CancellationTokenSource();
        var closer = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    _time.Advance(TimeSpan.FromMinutes(15));
                    await Engine.CloseIdleAsync();
                }
            },
            Cancellation);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(number => Task.Run(
            async () =>
            {
                for (var i = 0; i < 15; i++)
                {
                    Assert.Single(index.Fetch("ns", ["a"]).Records);
                    await index.UpsertAsync("ns", [Dense($"{number}-{i}", [1, 2, 3])], Cancellation);
                    await index.UpdateAsync("ns", new RecordUpdate("a", SetMetadata: Metadata($$"""{"n":{{i}}}""")), Cancellation);
                    Assert.NotNull(index.DescribeNamespace("ns"));
                }
            },
            Cancellation)));
        await stop.CancelAsync();
        await closer;

        Assert.Equal(46, index.Stats().TotalRecordCount);
    }

    private static IEnumerable<string> Shown(NamespacePage page) =>
        page.Namespaces.Select(ns => $"{ns.Name} {ns.RecordCount} {string.Join(',', ns.FilterableFields ?? [])}");

    private static List<string> Ids(VectorIndex index, float[] query) =>
        [.. index.Query("", new VectorQuery { TopK = 10, Vector = query }, Cancellation).Matches.Select(match => match.Id)];
}
