using VectorServer.Storage.IO;

namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>A write that was refused is not found later: not by a reader, not after a restart, not after a power loss.</summary>
public sealed class RefusedWriteTests : IDisposable
{
    private readonly TempDirectory _directory = TempDirectory.InMemory();
    private readonly TestDisk _disk;
    private int _losses;

    public RefusedWriteTests() => _disk = new TestDisk(_directory.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(nameof(DiskOperationKind.Write), ".wal", true)]
    [InlineData(nameof(DiskOperationKind.Write), ".wal", false)]
    [InlineData(nameof(DiskOperationKind.Sync), ".wal", false)]
    [InlineData(nameof(DiskOperationKind.Write), "vectors.npy", true)]
    [InlineData(nameof(DiskOperationKind.Write), "vectors.npy", false)]
    [InlineData(nameof(DiskOperationKind.Sqlite), "metadata.db", true)]
    public async Task A_refused_write_never_comes_back(string kind, string file, bool full)
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        var index = await WithOneRecordAsync(engine);

        Refuse(1, Enum.Parse<DiskOperationKind>(kind), file, full);
        var refusal = await Assert.ThrowsAsync<StorageException>(() => index.UpsertAsync("", [Record("refused")], Cancellation));

        Assert.Equal(full ? StorageErrorCode.OutOfSpace : StorageErrorCode.Unavailable, refusal.Code);
        Assert.Equal(["a"], Ids(index));
        await AfterPowerLossAsync(["a"]);
        await index.UpsertAsync("", [Record("c")], Cancellation);
        Assert.Equal(["a", "c"], Ids(index));
        await AfterPowerLossAsync(["a", "c"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_for_which_there_was_space_in_the_log_alone_never_comes_back(bool isDelete)
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        var index = await WithOneRecordAsync(engine);

        _disk.Fault = operation => !operation.Path.EndsWith(".wal", StringComparison.Ordinal)
            && operation.Kind is DiskOperationKind.Write or DiskOperationKind.Create or DiskOperationKind.Allocate or DiskOperationKind.Sqlite
            ? DiskErrors.OutOfSpace()
            : null;
        var refusal = await Assert.ThrowsAsync<StorageException>(() => isDelete
            ? index.DeleteAsync("", ["a"], Cancellation)
            : index.UpsertAsync("", [Record("refused")], Cancellation));

        Assert.Equal(StorageErrorCode.OutOfSpace, refusal.Code);
        await AfterPowerLossAsync(["a"]);
        _disk.Fault = null;
        await index.UpsertAsync("", [Record("c")], Cancellation);
        await AfterPowerLossAsync(["a", "c"]);
    }

    [Fact]
    public async Task A_refused_write_that_could_not_be_cut_off_is_void_from_the_next_write_on()
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        var index = await WithOneRecordAsync(engine);

        var syncFailed = false;
        _disk.Fault = operation =>
        {
            syncFailed |= operation.Kind == DiskOperationKind.Sync;
            return syncFailed ? new IOException("Input/output error", 5) : null;
        };
        await Assert.ThrowsAsync<StorageException>(() => index.UpsertAsync("", [Record("refused")], Cancellation));
        _disk.Fault = null;

        await index.UpsertAsync("", [Record("c")], Cancellation);

        Assert.Equal(["a", "c"], Ids(index));
        await AfterPowerLossAsync(["a", "c"]);
    }

    [Theory]
    [InlineData("vectors.npy")]
    [InlineData("checkpoint.json.new")]
    [InlineData(".wal.new")]
    public async Task A_sync_that_failed_in_a_checkpoint_is_not_taken_for_done_by_the_next(string file)
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        var index = await WithOneRecordAsync(engine);

        Refuse(1, DiskOperationKind.Sync, file, full: false);
        await Assert.ThrowsAsync<StorageException>(() => index.FlushAsync(Cancellation));
        await index.UpsertAsync("", [Record("c")], Cancellation);
        await index.FlushAsync(Cancellation);

        await AfterPowerLossAsync(["a", "c"]);
    }

    [Fact]
    public async Task A_log_that_got_its_name_before_a_close_failed_keeps_it_with_all_that_is_written_to_it()
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        var index = await WithOneRecordAsync(engine);

        Refuse(1, DiskOperationKind.SyncDirectory, "wal", full: false);
        await engine.CloseIdleAsync(long.MaxValue);
        Assert.Empty(index.Namespaces.Opened());
        await index.UpsertAsync("", [Record("c")], Cancellation);

        await AfterPowerLossAsync(["a", "c"]);
    }

    [Fact]
    public async Task An_index_that_the_disk_neither_removes_nor_keeps_is_refused_by_name_until_it_does()
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        await WithOneRecordAsync(engine);

        Refuse(2, DiskOperationKind.SyncDirectory, "indexes", full: false);
        Assert.Equal(StorageErrorCode.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => engine.DropIndexAsync("docs"))).Code);
        Assert.Equal(StorageErrorCode.DataCorruption, Assert.Throws<StorageException>(() => engine.GetIndex("docs")).Code);
        _disk.LosePower(_directory.File("lost"), Unsynced.Lost, new Random(1));
        await using (var reopened = VectorEngine.Open(Workload.Services(Path.Combine(_directory.File("lost"), "data"))))
            Assert.Equal(["a"], Ids(reopened.GetIndex("docs")));

        await engine.DropIndexAsync("docs");
        Assert.Empty(engine.Indexes);
        Assert.Empty(engine.Damage.Current);
    }

    [Fact]
    public async Task An_alias_of_unknown_outcome_is_durable_once_it_is_said_to_exist()
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        var index = await WithOneRecordAsync(engine);
        Refuse(1, DiskOperationKind.SyncDirectory, "docs", full: false);
        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => index.CreateAlias("alias", "")).Code);

        Assert.Equal(StorageErrorCode.AlreadyExists, Assert.Throws<StorageException>(() => index.CreateAlias("alias", "")).Code);

        _disk.LosePower(_directory.File("lost"), Unsynced.Lost, new Random(1));
        await using var reopened = VectorEngine.Open(Workload.Services(Path.Combine(_directory.File("lost"), "data")));
        Assert.Equal("", reopened.GetIndex("docs").DescribeAlias("alias").TargetNamespace);
    }

    [Fact]
    public async Task A_backup_whose_removal_failed_does_not_come_back_once_it_is_said_to_be_gone()
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        var index = await WithOneRecordAsync(engine);
        await engine.Backups.CreateAsync(index, "b", "{}", Cancellation);
        var moved = false;
        _disk.Fault = operation =>
        {
            var failing = moved;
            moved |= operation.Kind == DiskOperationKind.Rename;
            return failing ? new IOException("Input/output error", 5) : null;
        };
        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => engine.Backups.Delete("b")).Code);
        _disk.Fault = null;

        Assert.Equal(StorageErrorCode.NotFound, Assert.Throws<StorageException>(() => engine.Backups.Delete("b")).Code);

        _disk.LosePower(_directory.File("lost"), Unsynced.Lost, new Random(1));
        await using var reopened = VectorEngine.Open(Workload.Services(Path.Combine(_directory.File("lost"), "data")));
        Assert.Empty(reopened.Backups.List());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_removal_that_failed_half_way_left_does_not_come_back_once_it_is_said_to_be_gone(bool isIndex)
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        var index = await WithOneRecordAsync(engine);
        Task RemoveAsync() => isIndex ? engine.DropIndexAsync("docs") : index.DeleteNamespaceAsync("named", Cancellation);
        if (!isIndex)
            await index.UpsertAsync("named", [Record("b")], Cancellation);
        var refused = 0;
        var parent = isIndex ? "indexes" : "docs";
        _disk.Fault = operation => refused is 1 || (operation.Kind is DiskOperationKind.SyncDirectory && operation.Path.EndsWith(parent, StringComparison.Ordinal)) // the renaming, and then its taking back
            ? ++refused <= 2 ? new IOException("Input/output error", 5) : null
            : null;
        Assert.Equal(StorageErrorCode.Unavailable, (await Assert.ThrowsAsync<StorageException>(RemoveAsync)).Code);
        _disk.Fault = null;

        Assert.Equal(StorageErrorCode.NotFound, (await Assert.ThrowsAsync<StorageException>(RemoveAsync)).Code);

        _disk.LosePower(_directory.File("lost"), Unsynced.Lost, new Random(1));
        await using var reopened = VectorEngine.Open(Workload.Services(Path.Combine(_directory.File("lost"), "data")));
        Assert.Equal(isIndex ? [] : [""], reopened.Indexes.SelectMany(one => one.NamespaceNames()));
    }

    [Fact]
    public async Task A_namespace_whose_removal_failed_is_there_and_takes_writes()
    {
        await using var engine = VectorEngine.Open(Workload.Services(_directory.File("data"), _disk));
        var index = await WithOneRecordAsync(engine);
        Refuse(1, DiskOperationKind.SyncDirectory, "docs", full: false);
        await Assert.ThrowsAsync<StorageException>(() => index.DeleteNamespaceAsync("", Cancellation));

        await index.UpsertAsync("", [Record("c")], Cancellation);

        Assert.Equal(["a", "c"], Ids(index));
        await AfterPowerLossAsync(["a", "c"]);
    }

    private async Task AfterPowerLossAsync(string[] ids)
    {
        foreach (var unsynced in Enum.GetValues<Unsynced>())
        {
            var place = _directory.File($"lost-{_losses++}");
            _disk.LosePower(place, unsynced, new Random(_losses));
            await using var engine = VectorEngine.Open(Workload.Services(Path.Combine(place, "data")));
            var index = engine.GetIndex("docs");
            Assert.Equal(ids, Ids(index));
            Assert.All(index.Fetch("", ids).Records, record => Assert.Equal([1, 2], record.Values.ToArray()));
        }
    }

    private static async Task<VectorIndex> WithOneRecordAsync(VectorEngine engine)
    {
        var index = engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 2 });
        await index.UpsertAsync("", [Record("a")], Cancellation);
        return index;
    }

    private void Refuse(int times, DiskOperationKind kind, string file, bool full) => _disk.Fault = operation =>
        operation.Kind == kind && operation.Path.EndsWith(file, StringComparison.Ordinal) && times-- > 0
            ? full ? DiskErrors.OutOfSpace() : new IOException("Input/output error", 5)
            : null;

    private static IReadOnlyList<string> Ids(VectorIndex index) => index.ListIds("", null, 10, null).Ids;

    private static VectorRecord Record(string id) => new(id, new float[] { 1, 2 }, null, null);
}
