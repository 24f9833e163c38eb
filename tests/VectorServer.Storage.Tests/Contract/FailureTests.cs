using System.Globalization;
using Microsoft.Data.Sqlite;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>Steps that fail, by something in their way on the disk: what was acknowledged stays, and the next attempt finds a clean place.</summary>
public sealed class FailureTests : IndexContract
{
    private string NamespaceDirectory => Path.Combine(DataDirectory, "indexes", "docs", "__default__");

    [Fact]
    public async Task An_engine_closes_although_a_checkpoint_fails_and_the_log_is_replayed()
    {
        var index = CreateDense();
        var lsn = (await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation)).Lsn.Value;
        await index.UpsertAsync("other", [Dense("b", [1, 2, 3])], Cancellation);
        var obstacle = BlockNextLog(lsn);

        await Engine.DisposeAsync();

        obstacle.Delete();
        await ReopenAsync();
        Assert.Equal(2, Engine.GetIndex("docs").Stats().TotalRecordCount);
    }

    [Fact]
    public async Task A_compaction_that_fails_at_its_commit_stops_writes_and_loses_none()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3]), Dense("b", [4, 5, 6])], Cancellation);
        var lsn = (await index.DeleteAsync("", ["a"], Cancellation)).Lsn.Value;
        var obstacle = BlockNextLog(lsn);

        var compaction = await Assert.ThrowsAsync<StorageException>(() => index.CompactAsync("", Cancellation));
        var write = await Assert.ThrowsAsync<StorageException>(() => index.UpsertAsync("", [Dense("c", [1, 2, 3])], Cancellation));

        Assert.Equal(StorageErrorCode.Unavailable, compaction.Code);
        Assert.Equal(StorageErrorCode.Unavailable, write.Code);
        Assert.Equal([4, 5, 6], index.Fetch("", ["b"]).Records[0].Values.ToArray());
        obstacle.Delete();
        await ReopenAsync();
        index = Engine.GetIndex("docs");
        await index.UpdateAsync("", new RecordUpdate("b", SetMetadata: Metadata("""{"x":1}""")), Cancellation);
        Assert.Equal(["b"], index.ListIds("", null, 10, null).Ids);
        Assert.Equal([4, 5, 6], index.Fetch("", ["b"]).Records[0].Values.ToArray());
    }

    [Fact]
    public async Task An_index_that_could_not_be_registered_leaves_its_name_free()
    {
        using var registry = new SqliteConnection($"Data Source={Path.Combine(DataDirectory, "registry.db")};Pooling=False");
        registry.Open();
        Execute(registry, "CREATE TRIGGER refuse BEFORE INSERT ON indexes BEGIN SELECT RAISE(ABORT, 'refused'); END");
        var descriptor = new IndexDescriptor { Name = "docs", Dimension = 3, Compression = Compression.SpectralK64 };
        Assert.ThrowsAny<Exception>(() => Engine.CreateIndex(descriptor, [[1, 2, 3]]));
        Execute(registry, "DROP TRIGGER refuse");

        var index = Engine.CreateIndex(descriptor, [[1, 2, 3]]);

        await index.UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        await ReopenAsync();
        Assert.Equal(1, Engine.GetIndex("docs").Stats().TotalRecordCount);
        Assert.Single(Directory.GetFileSystemEntries(Path.Combine(DataDirectory, "indexes")));
    }

    [Fact]
    public async Task A_namespace_that_could_not_be_opened_opens_once_the_cause_is_gone()
    {
        await CreateDense().UpsertAsync("", [Dense("a", [1, 2, 3])], Cancellation);
        await ReopenAsync();
        var checkpoint = Path.Combine(NamespaceDirectory, "checkpoint.json");
        File.Move(checkpoint, checkpoint + ".away");
        Assert.ThrowsAny<Exception>(() => Engine.GetIndex("docs").Fetch("", ["a"]));

        File.Move(checkpoint + ".away", checkpoint);

        Assert.Single(Engine.GetIndex("docs").Fetch("", ["a"]).Records);
    }

    [Fact]
    public async Task A_lost_death_is_noticed_at_open()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3]), Dense("b", [1, 2, 3])], Cancellation);
        await index.DeleteAsync("", ["a"], Cancellation);
        await Engine.DisposeAsync();
        using (var metadata = new SqliteConnection($"Data Source={Path.Combine(NamespaceDirectory, "gen-000001", "metadata.db")};Pooling=False"))
        {
            metadata.Open();
            Execute(metadata, "DELETE FROM tombstones");
        }

        await ReopenAsync();

        var error = Assert.Throws<StorageException>(() => Engine.GetIndex("docs").Fetch("", ["a"]));
        Assert.Equal(StorageErrorCode.DataCorruption, error.Code);
    }

    [Fact]
    public async Task Another_compression_reaches_a_namespace_that_was_not_open()
    {
        var random = new Random(3);
        var index = CreateDense(dimension: 8, compression: Compression.SpectralK64);
        await index.UpsertAsync("", [.. Enumerable.Range(0, 1500).Select(i => Dense($"r{i}", RandomVector(random, 8)))], Cancellation);
        await ReopenAsync();

        Engine.ConfigureIndex("docs", descriptor => descriptor with { Compression = Compression.SpectralK128 });

        while (Engine.GetIndex("docs").Stats().Namespaces[0].Compression != "spectral_k128")
            await Task.Delay(10, Cancellation); // hangs where it takes a request
    }

    /// <summary>A directory where the log's next segment must go.</summary>
    private DirectoryInfo BlockNextLog(long lsn) =>
        Directory.CreateDirectory(Path.Combine(NamespaceDirectory, "wal", (lsn + 1).ToString("D20", CultureInfo.InvariantCulture) + ".wal"));

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
