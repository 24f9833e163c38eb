using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;

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
        await using var engine = VectorEngine.Open(Workload.Options(directory.File("data"), disk));
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

    private static VectorRecord Record(string id) => new(id, new float[] { 1, 2 }, null, null);

    private static async Task RefusedAsync(Func<Task> write) =>
        Assert.Equal(StorageErrorCode.OutOfSpace, (await Assert.ThrowsAsync<StorageException>(write)).Code);
}
