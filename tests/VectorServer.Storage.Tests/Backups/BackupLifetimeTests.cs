namespace VectorServer.Storage.Tests.Backups;

/// <summary>Backups and restores that are stopped, meet each other, or meet the end of what they work on: whole, or nothing.</summary>
public sealed class BackupLifetimeTests : BackupContract
{
    private readonly HeldClock _clock = new();

    protected override EngineOptions Options => base.Options with { Time = _clock };

    [Fact]
    public async Task Leftovers_of_a_killed_process_are_gone_at_the_next_open()
    {
        await MakeAsync();
        await BackUpAsync(Engine.GetIndex("docs"));
        await Engine.DisposeAsync();
        foreach (var leftover in new[] { Path.Combine(BackupsDirectory, ".tmp-1"), Path.Combine(DataDirectory, "indexes", ".tmp-2") })
        {
            Directory.CreateDirectory(Path.Combine(leftover, "namespaces"));
            await File.WriteAllTextAsync(Path.Combine(leftover, "half"), "half", Cancellation);
        }

        await ReopenAsync();

        AssertNoTemporaries();
        Assert.Single(Engine.Backups.List());
        await RestoreAsync();
    }

    [Fact]
    public async Task A_cancelled_backup_leaves_nothing()
    {
        var index = await MakeAsync();
        var (backup, stop) = await HoldBackupAsync(index);

        await stop.CancelAsync();
        _clock.LetGo();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backup);
        AssertNothingLeft("b1", "restored");
        await BackUpAsync(index);
    }

    [Fact]
    public async Task A_backup_whose_index_is_removed_meanwhile_says_so_and_leaves_nothing()
    {
        var index = await MakeAsync();
        var (backup, _) = await HoldBackupAsync(index);

        await Engine.DropIndexAsync("docs");
        _clock.LetGo();

        Assert.Equal("Index docs not found.", (await FailAsync(() => backup)).Message);
        AssertNothingLeft("b1", "docs");
    }

    [Fact]
    public async Task An_index_removed_at_any_moment_of_its_backup_leaves_a_whole_backup_or_none()
    {
        for (var round = 0; round < 12; round++)
        {
            var index = await MakeAsync(records: 1500);
            var backup = BackUpAsync(index);
            await Task.Delay(round * 3, Cancellation);
            await Engine.DropIndexAsync("docs");

            if (await Record.ExceptionAsync(() => backup) is { } error)
            {
                Assert.Equal(StorageErrorCode.NotFound, Assert.IsType<StorageException>(error).Code);
                AssertNothingLeft("b1", "docs");
                continue;
            }

            Assert.Equal(1500, (await RestoreAsync()).Stats().TotalRecordCount);
            await Engine.DropIndexAsync("restored");
            Engine.Backups.Delete("b1");
        }
    }

    [Fact]
    public async Task Closing_the_engine_stops_a_backup_and_waits_for_its_end()
    {
        var index = await MakeAsync();
        var (backup, _) = await HoldBackupAsync(index);

        var closing = Engine.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        _clock.LetGo();
        await closing;

        Assert.Equal(StorageErrorCode.Unavailable, (await FailAsync(() => backup)).Code);
        Assert.Equal(StorageErrorCode.Unavailable, (await FailAsync(() => BackUpAsync(index, "b2"))).Code);
        Assert.Equal(StorageErrorCode.Unavailable, (await FailAsync(() => RestoreAsync("b2"))).Code);
        AssertNoTemporaries();
        await ReopenAsync();
        Assert.Empty(Engine.Backups.List());
    }

    [Fact]
    public async Task Closing_the_engine_stops_a_restore_and_waits_for_its_end()
    {
        await BackUpAsync(await MakeAsync());
        using var go = new ManualResetEventSlim();
        var (restore, reached) = HoldRestore(go, CancellationToken.None);
        await reached;

        var closing = Engine.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        Assert.Equal(StorageErrorCode.FailedPrecondition, Assert.Throws<StorageException>(() => VectorEngine.Open(Options)).Code);
        go.Set();
        await closing;

        Assert.Equal(StorageErrorCode.Unavailable, (await FailAsync(() => restore)).Code);
        await ReopenAsync();
        AssertNoIndexLeft("restored");
    }

    [Fact]
    public async Task A_cancelled_restore_leaves_nothing()
    {
        await BackUpAsync(await MakeAsync());
        using var stop = new CancellationTokenSource();
        using var go = new ManualResetEventSlim();
        var (restore, reached) = HoldRestore(go, stop.Token);
        await reached;

        await stop.CancelAsync();
        go.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restore);
        AssertNoIndexLeft("restored");
        await RestoreAsync();
    }

    [Fact]
    public async Task While_a_restore_copies_other_indexes_come_and_go_and_one_may_take_its_name()
    {
        await BackUpAsync(await MakeAsync());
        using var go = new ManualResetEventSlim();
        var (restore, reached) = HoldRestore(go, CancellationToken.None);
        await reached;

        await Engine.DropIndexAsync("docs");
        var first = CreateDense("restored");
        go.Set();

        Assert.Equal(StorageErrorCode.AlreadyExists, (await FailAsync(() => restore)).Code);
        Assert.Same(first, Engine.GetIndex("restored"));
        AssertNoTemporaries();
    }

    [Fact]
    public async Task Of_restores_to_one_name_one_wins()
    {
        await BackUpAsync(await MakeAsync());

        var restores = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await Record.ExceptionAsync(() => RestoreAsync())));

        Assert.Single(restores, error => error is null);
        Assert.All(restores.OfType<Exception>(), error => Assert.Equal(StorageErrorCode.AlreadyExists, Assert.IsType<StorageException>(error).Code));
        Assert.Equal(100, Engine.GetIndex("restored").Stats().TotalRecordCount);
        AssertNoTemporaries();
    }

    [Fact]
    public async Task Of_backups_under_one_id_one_wins_at_once()
    {
        var index = await MakeAsync();
        var (backup, _) = await HoldBackupAsync(index);

        Assert.Equal(StorageErrorCode.AlreadyExists, (await FailAsync(() => BackUpAsync(index))).Code);
        _clock.LetGo();

        Assert.Equal("b1", (await backup).Id);
        Assert.Equal(StorageErrorCode.AlreadyExists, (await FailAsync(() => BackUpAsync(index))).Code);
    }

    [Fact]
    public async Task A_backup_deleted_while_it_is_restored_is_not_found_rather_than_damaged()
    {
        await BackUpAsync(await MakeAsync());
        using var go = new ManualResetEventSlim();
        var (restore, reached) = HoldRestore(go, CancellationToken.None);
        await reached;

        Engine.Backups.Delete("b1");
        go.Set();

        Assert.Equal("Backup b1 not found.", (await FailAsync(() => restore)).Message);
        AssertNoIndexLeft("restored");
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../indexes")]
    [InlineData("Upper")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public async Task What_is_no_id_is_refused_at_creation_and_not_found_otherwise(string id)
    {
        var index = await MakeAsync();

        Assert.Equal(StorageErrorCode.InvalidArgument, (await FailAsync(() => BackUpAsync(index, id))).Code);
        Assert.Null(Engine.Backups.Find(id));
        Assert.Equal(StorageErrorCode.NotFound, Assert.Throws<StorageException>(() => Engine.Backups.Delete(id)).Code);
        Assert.Equal(StorageErrorCode.NotFound, (await FailAsync(() => Engine.Backups.VerifyAsync(id, Cancellation))).Code);
        Assert.Equal(StorageErrorCode.NotFound, (await FailAsync(() => RestoreAsync(id))).Code);
    }

    [Fact]
    public async Task A_damaged_namespace_fails_the_backup_by_its_name()
    {
        var index = await MakeAsync();
        await index.UpsertAsync("broken", [Dense("a", [1, 2, 3])], Cancellation);
        await Engine.DisposeAsync();
        File.Delete(Path.Combine(DataDirectory, "indexes", "docs", "broken", "checkpoint.json"));
        await ReopenAsync();

        var missing = await FailAsync(() => BackUpAsync(Engine.GetIndex("docs")));
        await File.WriteAllTextAsync(Path.Combine(DataDirectory, "indexes", "docs", "broken", "checkpoint.json"), "{", Cancellation);
        var damaged = await FailAsync(() => BackUpAsync(Engine.GetIndex("docs")));
        await Engine.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(DataDirectory, "indexes", "docs", "broken", "namespace.json"), "{", Cancellation);
        await ReopenAsync();
        var nameless = await FailAsync(() => BackUpAsync(Engine.GetIndex("docs")));

        Assert.All([missing, damaged, nameless], error =>
        {
            Assert.Equal(StorageErrorCode.DataCorruption, error.Code);
            Assert.Contains("'broken'", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(DataDirectory, error.Message, StringComparison.Ordinal);
        });
        AssertNothingLeft("b1", "restored");
        await Engine.GetIndex("docs").DeleteNamespaceAsync("broken", Cancellation);
        await BackUpAsync(Engine.GetIndex("docs"));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_fails_the_backup_and_not_the_engine()
    {
        var index = await MakeAsync();
        await File.WriteAllTextAsync(BackupsDirectory, "in the way", Cancellation);

        var error = await FailAsync(() => BackUpAsync(index));

        Assert.Equal(StorageErrorCode.Unavailable, error.Code);
        Assert.DoesNotContain(DataDirectory, error.Message, StringComparison.Ordinal);
        await ReopenAsync();
        Assert.Empty(Engine.Backups.List());
        File.Delete(BackupsDirectory);
        await BackUpAsync(Engine.GetIndex("docs"));
    }

    private async Task<VectorIndex> MakeAsync(int records = 100)
    {
        var index = CreateDense();
        await index.UpsertAsync("", [.. Enumerable.Range(0, records).Select(i => Dense($"r{i}", [1, 2, i], """{"n":1}"""))], Cancellation);
        return index;
    }

    private async Task<(Task<Storage.BackupInfo> Backup, CancellationTokenSource Stop)> HoldBackupAsync(VectorIndex index)
    {
        var stop = new CancellationTokenSource();
        var reached = _clock.Arm();
        var backup = Engine.Backups.CreateAsync(index, "b1", "{}", stop.Token);
        await reached;
        _clock.Disarm();
        return (backup, stop);
    }

    /// <summary>Starts a restore that is held when its first file is copied.</summary>
    private (Task<VectorIndex> Restore, Task Reached) HoldRestore(ManualResetEventSlim go, CancellationToken cancellation)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var progress = new Told(_ =>
        {
            reached.TrySetResult();
            go.Wait(CancellationToken.None);
        });
        return (Engine.RestoreIndexAsync("b1", new IndexDescriptor { Name = "restored" }, progress, cancellation), reached.Task);
    }
}
