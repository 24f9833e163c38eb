using System.Collections.Concurrent;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Tests.PowerLoss;

public sealed class FullDiskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_a_full_disk_records_are_refused_read_and_deleted_and_written_again_once_there_is_space()
    {
        using var directory = TempDirectory.InMemory();
        var disk = new TestDisk(directory.Path);
        var reserve = directory.File(Path.Combine("data", "RESERVE"));
        await using var engine = VectorEngine.Open(Workload.Services(directory.File("data"), disk));
        var index = engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 2 });
        await index.UpsertAsync("", [Record("a"), Record("b")], Cancellation);
        Assert.True(File.Exists(reserve));

        var isFull = true;
        disk.Fault = operation => isFull && (File.Exists(reserve) || operation.Kind == DiskOperationKind.Allocate)
            && operation.Kind is DiskOperationKind.Write or DiskOperationKind.Create or DiskOperationKind.Allocate or DiskOperationKind.Sqlite
            ? DiskErrors.OutOfSpace()
            : null;

        await RefusedAsync(() => index.UpsertAsync("", [Record("c")], Cancellation));
        await RefusedAsync(() => index.UpsertAsync("new", [Record("c")], Cancellation));
        Assert.Equal(["a", "b"], index.ListIds("", null, 10, null).Ids);
        await index.DeleteAsync("", ["a"], Cancellation);
        await index.CompactAsync("", Cancellation);
        Assert.False(File.Exists(reserve));
        await RefusedAsync(() => index.UpsertAsync("", [Record("c")], Cancellation));
        Assert.Equal("b", Assert.Single(index.Query("", new VectorQuery { Vector = new float[] { 1, 2 }, TopK = 10 }, Cancellation).Matches).Id);

        isFull = false;
        await index.UpsertAsync("", [Record("c")], Cancellation);
        await index.UpsertAsync("new", [Record("c")], Cancellation);
        Assert.Equal(["b", "c"], index.ListIds("", null, 10, null).Ids);
        Assert.True(File.Exists(reserve));
    }

    [Fact]
    public async Task A_log_is_replayed_on_a_full_disk_with_the_space_of_the_reserve()
    {
        using var directory = TempDirectory.InMemory();
        var disk = new TestDisk(directory.Path);
        var lost = directory.File("lost");
        await using (var engine = VectorEngine.Open(Workload.Services(directory.File("data"), disk)))
        {
            await engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 2 }).UpsertAsync("", [Record("a"), Record("b")], Cancellation);
            disk.LosePower(lost, Unsynced.Kept, new Random(1));
        }

        var reserve = Path.Combine(lost, "data", "RESERVE");
        var full = new TestDisk(lost)
        {
            Fault = operation => File.Exists(reserve) && operation.Kind == DiskOperationKind.Write ? DiskErrors.OutOfSpace() : null,
        };
        await using var next = VectorEngine.Open(Workload.Services(Path.Combine(lost, "data"), full));

        Assert.Equal(["a", "b"], next.GetIndex("docs").ListIds("", null, 10, null).Ids);
        Assert.False(File.Exists(reserve));
    }

    [Fact]
    public async Task An_index_for_which_the_disk_is_too_full_serves_all_the_same_and_is_saved_once_there_is_space()
    {
        const int rows = 2_200;
        using var directory = TempDirectory.InMemory();
        var disk = new TestDisk(directory.Path) { Fault = operation => operation.Path.Contains("ann.bin", StringComparison.Ordinal) ? DiskErrors.OutOfSpace() : null };
        var log = new ConcurrentQueue<string>();
        await using (var engine = VectorEngine.Open(Workload.Services(directory.File("data"), disk, log.Enqueue)))
        {
            var index = engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 2, Search = SearchOptions.Default with { Kind = IndexKind.Hnsw } });
            var records = Enumerable.Range(0, rows).Select(i => new VectorRecord($"{i}", new[] { MathF.Cos(i * MathF.Tau / rows), MathF.Sin(i * MathF.Tau / rows) }, null, null)).ToArray();
            await index.LoadAsync("", records, Cancellation);
            while (log.IsEmpty)
                await Task.Delay(10, Cancellation);

            Assert.Contains("could not save its index", log.First(), StringComparison.Ordinal);
            Assert.Equal("hnsw", index.Stats().Namespaces[0].IndexKind);
            Assert.Equal("777", index.Query("", new VectorQuery { Vector = records[777].Values, TopK = 1 }, Cancellation).Matches[0].Id);
            await index.UpsertAsync("", [records[5] with { Id = "late" }], Cancellation);
            disk.Fault = null;
        }

        Assert.NotEmpty(Directory.GetFiles(directory.Path, "ann.bin", SearchOption.AllDirectories));
        await using var next = VectorEngine.Open(Workload.Services(directory.File("data")));
        Assert.Equal(rows + 1, next.GetIndex("docs").Stats().TotalRecordCount);
    }

    private static VectorRecord Record(string id) => new(id, new float[] { 1, 2 }, null, null);

    private static async Task RefusedAsync(Func<Task> write) =>
        Assert.Equal(StorageErrorCode.OutOfSpace, (await Assert.ThrowsAsync<StorageException>(write)).Code);
}
