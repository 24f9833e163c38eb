namespace VectorServer.Storage.Tests.Contract;

public sealed class VisibilityDelayTests : IndexContract
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(2);

    private readonly ManualTime _time = new();

    protected override EngineOptions Options => base.Options with { VisibilityDelay = Delay, Time = _time, IdleClose = Delay / 2 };

    [Fact]
    public async Task A_write_is_seen_by_every_read_once_the_delay_has_passed_and_by_none_before()
    {
        var index = CreateDense();

        var written = await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"genre":"drama"}""")], Cancellation);

        _time.Advance(Delay - TimeSpan.FromTicks(1));
        Assert.Equal(0, Seen(index, "a"));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(6, Seen(index, "a"));
        Assert.Equal(written.Lsn, index.Fetch("", ["a"]).MaxIndexedLsn);
    }

    [Fact]
    public async Task A_namespace_is_closed_for_being_idle_once_all_is_seen_and_not_before()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"genre":"drama"}""")], Cancellation);

        _time.Advance(Delay / 2);
        await Engine.CloseIdleAsync();
        Assert.Single(index.Namespaces.Opened());
        _time.Advance(Delay / 2);
        await Engine.CloseIdleAsync();

        Assert.Empty(index.Namespaces.Opened());
        Assert.Equal(6, Seen(index, "a"));
    }

    [Fact]
    public async Task The_LSN_of_a_read_names_the_newest_write_it_saw()
    {
        var index = CreateDense();
        var first = await index.UpsertAsync("", [Dense("a", [1, 0, 0])], Cancellation);
        _time.Advance(Delay / 2);
        var second = await index.UpsertAsync("", [Dense("b", [0, 1, 0])], Cancellation);

        _time.Advance(Delay / 2);

        Assert.True(second.Lsn.Value > first.Lsn.Value);
        Assert.Equal(first.Lsn, index.Query("", new VectorQuery { TopK = 10, Vector = new float[] { 1, 1, 1 } }, Cancellation).MaxIndexedLsn);
        Assert.Equal(["a"], Ids(index));
        _time.Advance(Delay / 2);
        Assert.Equal(second.Lsn, index.ListIds("", null, 10, null).MaxIndexedLsn);
        Assert.Equal(["a", "b"], Ids(index));
    }

    [Fact]
    public async Task Until_then_an_updated_record_is_found_by_its_id_as_it_was()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0, 0], """{"v":1}""")], Cancellation);
        _time.Advance(Delay);

        await index.UpdateAsync("", new RecordUpdate("a", new float[] { 0, 1, 0 }, SetMetadata: Metadata("""{"v":2}""")), Cancellation);

        var before = Assert.Single(index.Fetch("", ["a"]).Records);
        Assert.Equal([1, 0, 0], before.Values.ToArray());
        Assert.Equal("""{"v":1}""", Json(before.Metadata));
        Assert.Equal(1, Assert.Single(index.Query("", new VectorQuery { TopK = 10, Id = "a", Filter = Filter("""{"v":1}""") }, Cancellation).Matches).Score, 1e-6);
        Assert.Empty(index.FetchByFilter("", Filter("""{"v":2}"""), 10, null).Records);
        _time.Advance(Delay);
        Assert.Equal("""{"v":2}""", Json(Assert.Single(index.Fetch("", ["a"]).Records).Metadata));
        Assert.Empty(index.FetchByFilter("", Filter("""{"v":1}"""), 10, null).Records);
    }

    [Fact]
    public async Task Until_then_deleted_records_are_there()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0, 0]), Dense("b", [0, 1, 0]), Dense("c", [0, 0, 1])], Cancellation);
        _time.Advance(Delay);

        await index.DeleteAsync("", ["a"], Cancellation);
        _time.Advance(Delay / 2);
        await index.DeleteAllAsync("", Cancellation);
        await index.UpsertAsync("", [Dense("b", [1, 1, 1])], Cancellation);

        Assert.Equal(["a", "b", "c"], Ids(index));
        Assert.Equal([0, 1, 0], Assert.Single(index.Fetch("", ["b"]).Records).Values.ToArray());
        Assert.Equal(3, index.DescribeNamespace("").RecordCount);
        _time.Advance(Delay / 2);
        Assert.Equal(["b", "c"], Ids(index));
        _time.Advance(Delay / 2);
        Assert.Equal(["b"], Ids(index));
        Assert.Equal([1, 1, 1], Assert.Single(index.Fetch("", ["b"]).Records).Values.ToArray());
    }

    [Fact]
    public async Task Writes_build_on_writes_that_are_not_visible_yet()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0, 0], """{"v":1}"""), Dense("b", [0, 1, 0], """{"v":2}""")], Cancellation);

        await index.UpdateAsync("", new RecordUpdate("a", SetMetadata: Metadata("""{"w":1}""")), Cancellation);
        await index.DeleteByFilterAsync("", Filter("""{"v":2}""")!, Cancellation);

        _time.Advance(Delay);
        Assert.Equal(["a"], Ids(index));
        Assert.Equal("""{"v":1,"w":1}""", Json(Assert.Single(index.Fetch("", ["a"]).Records).Metadata));
    }

    [Fact]
    public async Task A_namespace_made_by_a_write_is_listed_and_described_once_the_delay_has_passed()
    {
        var index = CreateDense();

        await index.UpsertAsync("films", [Dense("a", [1, 0, 0])], Cancellation);

        Assert.Equal(0, index.ListNamespaces(null, 10, null).TotalCount);
        Assert.Empty(index.Stats().Namespaces);
        Assert.Equal(StorageErrorCode.NotFound, Assert.Throws<StorageException>(() => index.DescribeNamespace("films")).Code);
        Assert.Throws<StorageException>(() => index.CreateNamespace("films"));
        _time.Advance(Delay);
        Assert.Equal("films", Assert.Single(index.ListNamespaces(null, 10, null).Namespaces).Name);
        Assert.Equal(1, index.DescribeNamespace("films").RecordCount);
    }

    [Fact]
    public void A_namespace_that_was_asked_for_is_there_at_once()
    {
        var index = CreateDense();

        index.CreateNamespace("films");

        Assert.Equal(0, index.DescribeNamespace("films").RecordCount);
    }

    [Fact]
    public async Task Compaction_makes_the_writes_before_it_visible()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0, 0])], Cancellation);
        await index.DeleteAsync("", ["a"], Cancellation);
        await index.UpsertAsync("", [Dense("b", [0, 1, 0])], Cancellation);

        await index.CompactAsync("", Cancellation);
        await index.UpsertAsync("", [Dense("c", [0, 0, 1])], Cancellation);

        Assert.Equal(["b"], Ids(index));
        _time.Advance(Delay);
        Assert.Equal(["b", "c"], Ids(index));
    }

    [Fact]
    public async Task After_a_restart_every_acknowledged_write_is_visible()
    {
        await CreateDense().UpsertAsync("films", [Dense("a", [1, 0, 0])], Cancellation);

        await ReopenAsync();

        Assert.Equal(1, Engine.GetIndex("docs").DescribeNamespace("films").RecordCount);
    }

    /// <summary>How many of the ways to read a record of the default namespace find it.</summary>
    private static int Seen(VectorIndex index, string id) =>
        index.Fetch("", [id]).Records.Count
        + index.Query("", new VectorQuery { TopK = 10, Vector = new float[] { 1, 1, 1 } }, Cancellation).Matches.Count
        + index.ListIds("", null, 10, null).Ids.Count
        + index.FetchByFilter("", Filter("""{"genre":"drama"}"""), 10, null).Records.Count
        + (int)index.Stats().TotalRecordCount
        + (int)index.DescribeNamespace("").RecordCount;

    private static IReadOnlyList<string> Ids(VectorIndex index) => index.ListIds("", null, 10, null).Ids;
}
