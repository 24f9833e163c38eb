using VectorServer.Storage.Tests.PowerLoss;

namespace VectorServer.Storage.Tests.Integrity;

/// <summary>An index whose directory is not there is damaged, not removed: the directory may come back.</summary>
public sealed class LostDirectoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("indexes/docs")]
    [InlineData("indexes")]
    public async Task An_index_whose_directory_was_away_for_a_start_is_whole_once_it_is_back(string lost)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        Directory.Move(Path.Combine(copy, lost), copy + ".away");

        var found = await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: false, Cancellation);
        for (var start = 0; start < 2; start++)
        {
            await using var engine = DamagedCopies.Open(copy);
            Assert.Equal(StorageErrorCode.DataCorruption, Assert.Throws<StorageException>(() => engine.GetIndex("docs")).Code);
            Assert.Equal(("docs", null, "Its directory is missing"), engine.Damage.Current.Select(report => (report.Index, report.Namespace, report.What)).Single());
        }

        if (Directory.Exists(Path.Combine(copy, lost)))
            Directory.Delete(Path.Combine(copy, lost));
        Directory.Move(copy + ".away", Path.Combine(copy, lost));
        await using var again = DamagedCopies.Open(copy);

        Assert.Equal("Index 'docs': its directory is missing", Assert.Single(found.Others));
        Assert.Equal(copies.Whole, DamagedCopies.Answers(again));
        Assert.Empty(again.Damage.Current);
    }

    [Fact]
    public async Task Its_name_is_taken_until_it_is_removed()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        Directory.Delete(Path.Combine(copy, "indexes"), recursive: true);
        await using var engine = DamagedCopies.Open(copy);
        var wanted = new IndexDescriptor { Name = "docs", Dimension = 2 };

        Assert.Equal(StorageErrorCode.AlreadyExists, Assert.Throws<StorageException>(() => engine.CreateIndex(wanted)).Code);
        await engine.DropIndexAsync("docs");

        Assert.Empty(engine.Damage.Current);
        Assert.Equal(2, engine.CreateIndex(wanted).Descriptor.Dimension);
    }

    [Fact]
    public async Task A_removal_cut_off_behind_the_loss_of_its_directory_is_finished_by_the_next_start()
    {
        using var directory = TempDirectory.InMemory();
        var disk = new TestDisk(directory.Path);
        var engine = VectorEngine.Open(Workload.Services(directory.File("data"), disk));
        engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 2 });
        var isDead = false;
        disk.Fault = operation =>
        {
            var refused = isDead;
            isDead |= operation.Kind == DiskOperationKind.SyncDirectory && operation.Path.EndsWith("indexes", StringComparison.Ordinal);
            return refused ? new UnauthorizedAccessException("The process is dead") : null;
        };
        await Assert.ThrowsAsync<StorageException>(() => engine.DropIndexAsync("docs"));
        await engine.DisposeAsync();

        await using var next = VectorEngine.Open(Workload.Services(directory.File("data")));

        Assert.Empty(next.Indexes);
        Assert.Empty(next.Damage.Current);
    }

    [Fact]
    public async Task Verify_names_a_directory_that_no_index_owns()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        Directory.CreateDirectory(Path.Combine(copy, "indexes", "stray", "__default__"));
        Directory.CreateDirectory(Path.Combine(copy, "indexes", "empty"));

        var found = await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: false, Cancellation);

        Assert.Equal("indexes/stray: no index owns this directory", Assert.Single(found.Others));
    }
}
