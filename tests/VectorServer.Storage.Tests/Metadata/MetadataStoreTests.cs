using System.Text;
using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Model;
using static VectorServer.Storage.Tests.Metadata.TemporaryStore;

namespace VectorServer.Storage.Tests.Metadata;

public sealed class MetadataStoreTests
{
    private static readonly SparseVector Sparse = SparseVector.Create([7, 3], [0.5f, 2f]);

    [Fact]
    public void Everything_written_is_there_after_reopening()
    {
        using var temporary = new TemporaryStore();
        temporary.Store.BeginBatch();
        temporary.Store.AddRow(new RowId(0), "a", MetadataOf("""{"f":"é"}"""), Sparse);
        temporary.Store.AddRow(new RowId(1), "b", metadata: null, sparse: null);
        temporary.Store.AddTombstone(new RowId(0), new Lsn(9));
        temporary.Store.CommitBatch();

        temporary.Reopen();

        var store = temporary.Store;
        Assert.Equal(2, store.RowCount);
        Assert.Equal([(0, "a"), (1, "b")], Ids(store));
        Assert.Equal([(0, 9L)], Tombstones(store));
        Assert.Equal(MetadataOf("""{"f":"é"}"""), store.Read(new RowId(0)).Metadata);
        Assert.Equal([3u, 7u], store.Read(new RowId(0)).Sparse!.Indices.ToArray());
        Assert.Equal([2f, 0.5f], store.Read(new RowId(0)).Sparse!.Values.ToArray());
        Assert.Null(store.Read(new RowId(1)).Metadata);
        Assert.Null(store.Read(new RowId(1)).Sparse);
        var sparseRows = new List<int>();
        store.ReadSparse(0, (row, _) => sparseRows.Add(row.Value));
        Assert.Equal([0], sparseRows);
    }

    [Fact]
    public void An_aborted_batch_leaves_nothing()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill("""{"f":1}""");
        temporary.Store.BeginBatch();
        temporary.Store.AddRow(new RowId(1), "x", metadata: null, sparse: null);
        temporary.Store.AddTombstone(new RowId(0), new Lsn(1));

        temporary.Store.AbortBatch();

        Assert.Equal(1, temporary.Store.RowCount);
        Assert.Empty(Tombstones(temporary.Store));
    }

    [Fact]
    public void A_refused_row_leaves_the_batch_usable()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill(null, null);
        temporary.Store.BeginBatch();

        Assert.ThrowsAny<Exception>(() => temporary.Store.AddRow(new RowId(0), "twice", metadata: null, sparse: null));
        temporary.Store.AddRow(new RowId(2), "next", metadata: null, sparse: null);
        temporary.Store.CommitBatch();

        Assert.Equal([(0, "id-0"), (1, "id-1"), (2, "next")], Ids(temporary.Store));
    }

    [Fact]
    public void Readers_see_a_batch_once_it_is_committed()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill("""{"f":1}""");
        temporary.Store.BeginBatch();
        temporary.Store.AddRow(new RowId(1), "x", MetadataOf("""{"f":1}"""), sparse: null);

        Assert.Equal([0], temporary.MatchBySql("""{"f":1}""", rowCount: 2));
        Assert.Throws<StorageException>(() => temporary.Match("""{"f":1}""", rowCount: 2));
        temporary.Store.CommitBatch();
        Assert.Equal([0, 1], temporary.MatchBySql("""{"f":1}""", rowCount: 2));
        Assert.Equal([0, 1], temporary.Match("""{"f":1}""", rowCount: 2));
    }

    [Fact]
    public void Rolling_back_forgets_later_rows_and_tombstones_only()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill(null, null, null, null);
        temporary.Store.BeginBatch();
        temporary.Store.AddTombstone(new RowId(0), new Lsn(5));
        temporary.Store.AddTombstone(new RowId(1), new Lsn(6));
        temporary.Store.CommitBatch();

        temporary.Store.RollBackTo(rowCount: 3, new Lsn(5));

        Assert.Equal([(0, "id-0"), (1, "id-1"), (2, "id-2")], Ids(temporary.Store));
        Assert.Equal([(0, 5L)], Tombstones(temporary.Store));
        temporary.Store.BeginBatch();
        temporary.Store.AddRow(new RowId(3), "again", metadata: null, sparse: null);
        temporary.Store.AddTombstone(new RowId(1), new Lsn(6));
        temporary.Store.CommitBatch();
        Assert.Equal(4, temporary.Store.RowCount);
    }

    [Fact]
    public void A_checkpoint_puts_everything_into_the_main_file()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill([.. Enumerable.Range(0, 1_000).Select(i => $$$"""{"f":{{{i}}}}""")]);
        temporary.Match("""{"f":1}""");

        temporary.Store.Checkpoint();

        // A copy without the journal is what a power failure could leave.
        var copy = temporary.Path + ".copy";
        File.Copy(temporary.Path, copy);
        using var copied = MetadataStore.Open(Disk.Real, copy);
        Assert.Equal(1_000, copied.RowCount);
        Assert.Equal(MetadataOf("""{"f":999}"""), copied.Read(new RowId(999)).Metadata);
    }

    [Fact]
    public void Hydrate_reads_the_rows_in_the_order_asked()
    {
        using var temporary = new TemporaryStore();
        temporary.Store.BeginBatch();
        temporary.Store.AddRow(new RowId(0), "a", MetadataOf("""{"f":0}"""), Sparse);
        temporary.Store.AddRow(new RowId(1), "b", metadata: null, sparse: null);
        temporary.Store.AddRow(new RowId(2), "c", MetadataOf("""{"f":2}"""), sparse: null);
        temporary.Store.CommitBatch();
        var details = new RowDetails[3];

        temporary.Store.Hydrate([new RowId(2), new RowId(1), new RowId(0)], includeMetadata: true, includeSparse: true, details);

        Assert.Equal([MetadataOf("""{"f":2}"""), null, MetadataOf("""{"f":0}""")], details.Select(row => row.Metadata));
        Assert.Equal([false, false, true], details.Select(row => row.Sparse is not null));
        temporary.Store.Hydrate([new RowId(0)], includeMetadata: false, includeSparse: false, details);
        Assert.Equal(default, details[0]);
    }

    [Fact]
    public void A_missing_row_is_corruption()
    {
        using var temporary = new TemporaryStore();

        var failure = Assert.Throws<StorageException>(() => temporary.Store.Read(new RowId(0)).Metadata);

        Assert.Equal(StorageErrorCode.DataCorruption, failure.Code);
        temporary.Fill("""{"f":1}""");
        Assert.NotNull(temporary.Store.Read(new RowId(0)).Metadata);
    }

    [Fact]
    public void Ids_are_listed_in_byte_order_from_any_prefix_and_place()
    {
        var random = new Random(9);
        var ids = Enumerable.Range(0, 400)
            .Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => "aAb-_%~\u007f\u0001"[random.Next(9)])]))
            .ToList();
        using var temporary = new TemporaryStore();
        temporary.Store.BeginBatch();
        for (var row = 0; row < ids.Count; row++)
            temporary.Store.AddRow(new RowId(row), ids[row], metadata: null, sparse: null);
        temporary.Store.CommitBatch();

        foreach (var prefix in new[] { null, "", "a", "A", "a_", "%", "~", "\u007f", "\u007f\u007f", "zz", "é" })
        {
            foreach (var after in new[] { null, "", "a", "aA", "a_b", "~~~~", "\u007f\u007f\u007f\u007f\u007f", ids[17] })
            {
                var expected = ids.Select((id, row) => (Id: id, Row: row))
                    .Where(entry => entry.Row < 350 && entry.Id.StartsWith(prefix ?? "", StringComparison.Ordinal))
                    .Where(entry => string.CompareOrdinal(entry.Id, after ?? "") > 0)
                    .OrderBy(entry => entry.Id, StringComparer.Ordinal).ThenBy(entry => entry.Row);

                var listed = temporary.Store.IdsInOrder(prefix, after, rowCount: 350).Select(entry => (entry.Id, Row: entry.Row.Value));

                Assert.Equal(expected, listed);
            }
        }
    }

    [Fact]
    public void A_listing_left_early_does_not_hold_up_a_checkpoint()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill([.. Enumerable.Repeat<string?>(null, 500)]);

        var first = temporary.Store.IdsInOrder(prefix: null, afterId: null, rowCount: 500).First();
        temporary.Store.Checkpoint();

        Assert.Equal("id-0", first.Id);
    }

    [Fact]
    public async Task Many_readers_work_beside_the_writer()
    {
        using var temporary = new TemporaryStore();
        temporary.Fill([.. Enumerable.Range(0, 200).Select(i => $$$"""{"f":{{{i % 2}}}}""")]);
        var store = temporary.Store;

        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < 50; i++)
                {
                    Assert.Equal(100, temporary.Match("""{"f":1}""", rowCount: 200).Length);
                    Assert.Equal($$$"""{"f":{{{i % 2}}}}""", store.Read(new RowId(i)).Metadata?.ToString());
                    Assert.Equal(200, store.IdsInOrder(null, null, 200).Count());
                }
            },
            TestContext.Current.CancellationToken)).ToArray();
        for (var batch = 0; batch < 50; batch++)
        {
            store.BeginBatch();
            for (var i = 0; i < 20; i++)
                store.AddRow(new RowId(200 + batch * 20 + i), $"new-{batch}-{i}", MetadataOf("""{"f":1}"""), sparse: null);
            store.CommitBatch();
            if (batch % 10 == 0)
                store.Checkpoint();
        }

        await Task.WhenAll(readers);
        Assert.Equal(1_200, store.RowCount);
    }

    [Theory]
    [InlineData("id = 'id-9'")]
    [InlineData("id = id || 'x'")]
    [InlineData("row = 7")]
    public void An_id_that_changed_on_disk_is_noticed_at_load(string change)
    {
        using var temporary = new TemporaryStore();
        temporary.Fill("""{"f":1}""", """{"f":2}""");

        Damage(temporary, change);

        var failure = Assert.Throws<StorageException>(() => Ids(temporary.Store));
        Assert.Equal(StorageErrorCode.DataCorruption, failure.Code);
    }

    [Theory]
    [InlineData("""metadata = '{"f":3}'""")]
    [InlineData("metadata = NULL")]
    [InlineData("sparse = NULL")]
    [InlineData("sparse = zeroblob(length(sparse))")]
    [InlineData("metadata = metadata || substr(sparse, 1, 1), sparse = substr(sparse, 2)")]
    [InlineData("checksum = checksum + 1")]
    public void Metadata_or_sparse_values_that_changed_on_disk_are_noticed_when_read(string change)
    {
        using var temporary = new TemporaryStore();
        temporary.Store.BeginBatch();
        temporary.Store.AddRow(new RowId(0), "a", MetadataOf("""{"f":1}"""), Sparse);
        temporary.Store.AddRow(new RowId(1), "b", MetadataOf("""{"f":1}"""), Sparse);
        temporary.Store.CommitBatch();

        Damage(temporary, change);

        var failures = new[]
        {
            Assert.Throws<StorageException>(() => temporary.Store.Read(new RowId(1))),
            Assert.Throws<StorageException>(() => temporary.Store.Hydrate([new RowId(0), new RowId(1)], true, false, new RowDetails[2])),
        };
        Assert.All(failures, failure => Assert.Equal(StorageErrorCode.DataCorruption, failure.Code));
        Assert.NotNull(temporary.Store.Read(new RowId(0)).Metadata);
        if (!change.Contains("sparse = NULL", StringComparison.Ordinal))
            Assert.Throws<StorageException>(() => temporary.Store.ReadSparse(0, (_, _) => { }));
    }

    [Fact]
    public void A_file_that_is_not_ours_is_corruption()
    {
        using var temporary = new TemporaryStore();
        var garbage = temporary.Path + ".garbage";
        File.WriteAllText(garbage, new string('x', 10_000));
        var foreign = temporary.Path + ".foreign";
        using (var connection = Sqlite.Open(foreign))
            Sqlite.Execute(connection, "CREATE TABLE t (x)");

        foreach (var path in new[] { garbage, foreign })
        {
            var failure = Assert.Throws<StorageException>(() => MetadataStore.Open(Disk.Real, path));
            Assert.Equal(StorageErrorCode.DataCorruption, failure.Code);
            Assert.DoesNotContain(path, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_newer_format_version_is_refused()
    {
        using var temporary = new TemporaryStore();
        var newer = temporary.Path + ".newer";
        MetadataStore.Create(Disk.Real, newer).Dispose();
        using (var connection = Sqlite.Open(newer))
            Sqlite.Execute(connection, "PRAGMA user_version = 2");

        var failure = Assert.Throws<StorageException>(() => MetadataStore.Open(Disk.Real, newer));

        Assert.Equal("A metadata file has format version 2, this program reads 1", failure.Message);
    }

    [Fact]
    public void The_numbers_on_disk_stay_what_they_are()
    {
        Assert.Equal(1, MetadataSchema.FormatVersion);
        Assert.Equal("VSmd"u8.ToArray(), BitConverter.GetBytes(MetadataSchema.ApplicationId).Reverse());
    }

    /// <summary>Changes row 1 behind the store's back.</summary>
    private static void Damage(TemporaryStore temporary, string change)
    {
        using var connection = Sqlite.Open(temporary.Path);
        Sqlite.Execute(connection, $"UPDATE records SET {change} WHERE row = 1");
    }

    private static List<(int Row, string Id)> Ids(MetadataStore store)
    {
        var ids = new List<(int, string)>();
        store.ReadIds(0, (row, id) => ids.Add((row.Value, Encoding.ASCII.GetString(id))));
        return ids;
    }

    private static List<(int Row, long Lsn)> Tombstones(MetadataStore store)
    {
        var tombstones = new List<(int, long)>();
        store.ReadTombstones((row, lsn) => tombstones.Add((row.Value, lsn.Value)));
        return tombstones;
    }
}
