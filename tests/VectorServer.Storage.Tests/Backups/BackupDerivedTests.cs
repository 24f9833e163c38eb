namespace VectorServer.Storage.Tests.Backups;

/// <summary>What is derived of the rows goes along with a backup, so that a restored index answers fast at once; it is checked, and never missed.</summary>
public sealed class BackupDerivedTests : BackupContract
{
    private const int Rows = 1_500;
    private const int Dimension = 8;

    private static readonly string[] Derived = ["ann.bin", "codec.bin", "codes.bin", "columns.bin", "ids.bin", "sparse.bin"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restored_index_finds_it_saved(bool afterDeletes)
    {
        var index = await FillAsync();
        if (afterDeletes)
        {
            await index.DeleteAsync("", [.. Enumerable.Range(0, 200).Select(i => $"r{i}")], Cancellation);
            await index.UpsertAsync("", [.. Enumerable.Range(300, 50).Select(i => Record(new Random(i), i))], Cancellation);
        }

        await BackUpAsync(index);
        var restored = await RestoreAsync(compression: Compression.Sq8);

        // A graph is of rows by their numbers, which deleted rows before them change.
        Assert.Equal(afterDeletes ? Derived[1..] : Derived, Files("restored"));
        Assert.True(restored.Namespaces.TryAcquire("", out var lease));
        using (lease)
        {
            var (snapshot, rows) = (lease.Snapshot, afterDeletes ? Rows - 200 : Rows);
            Assert.Equal((rows, rows, rows / 16 * 16), (snapshot.Generation.SavedIds, snapshot.Generation.SavedSparse, snapshot.Codes!.SavedRows));
        }

        AssertSame(index, restored);
        Assert.Equal(lease.Snapshot.RowCount, lease.Snapshot.Generation.Columns.SavedRows); // a filter has asked
        Assert.Empty(LogLines);
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("missing")]
    [InlineData("cut")]
    public async Task A_damaged_one_is_told_of_by_verify_and_made_anew_by_a_restore(string kind)
    {
        var index = await FillAsync();
        await BackUpAsync(index);
        foreach (var file in Derived)
        {
            var path = Path.Combine(BackupsDirectory, "b1", "namespaces", "__default__", "gen-000001", file);
            var whole = await File.ReadAllBytesAsync(path, Cancellation);
            var flipped = whole.ToArray();
            flipped[whole.Length / 2] ^= 1;
            if (kind == "missing")
                File.Delete(path);
            else
                await File.WriteAllBytesAsync(path, kind == "cut" ? whole[..^1] : flipped, Cancellation);

            var told = await FailAsync(() => Engine.Backups.VerifyAsync("b1", Cancellation));
            LogLines.Clear();
            var restored = await RestoreAsync(compression: Compression.Sq8);

            Assert.Contains(file, told.Message, StringComparison.Ordinal);
            Assert.Contains(LogLines, line => line.Contains(file, StringComparison.Ordinal) && line.Contains("made anew", StringComparison.Ordinal));
            AssertSame(index, restored);
            await Engine.DropIndexAsync("restored");
            await File.WriteAllBytesAsync(path, whole, Cancellation);
        }

        await Engine.Backups.VerifyAsync("b1", Cancellation);
    }

    /// <summary>Exact answers, and those to filters and sparse queries, are the same; a graph's are good.</summary>
    private static void AssertSame(VectorIndex expected, VectorIndex actual)
    {
        var random = new Random(5);
        Assert.Equal(Records(expected, ""), Records(actual, ""));
        for (var i = 0; i < 10; i++)
        {
            var query = new VectorQuery { TopK = 10, Vector = RandomVector(random, Dimension) };
            foreach (var same in (VectorQuery[])
                [query with { Exact = true }, query with { Filter = Filter("""{"n":{"$lt":700}}"""), Exact = true }, query with { Vector = null, Sparse = SparseVector.Create([1, 3, 5], [1, 2, 3]) }])
            {
                Assert.Equal(
                    expected.Query("", same, Cancellation).Matches.Select(match => (match.Id, match.Score)),
                    actual.Query("", same, Cancellation).Matches.Select(match => (match.Id, match.Score)));
            }
        }
    }

    private async Task<VectorIndex> FillAsync()
    {
        var index = Engine.CreateIndex(new IndexDescriptor
        {
            Name = "docs",
            Dimension = Dimension,
            Metric = Metric.DotProduct,
            Compression = Compression.Sq8,
            Search = SearchOptions.Default with { Kind = IndexKind.Hnsw },
        });
        var random = new Random(3);
        await index.UpsertAsync("", [.. Enumerable.Range(0, Rows).Select(i => Record(random, i))], Cancellation);
        while (index.Stats().Namespaces[0].IndexedRows < Rows)
            await Task.Delay(10, Cancellation);
        await WaitFor.CodesAsync(index, Cancellation);
        return index;
    }

    private static VectorRecord Record(Random random, int i) =>
        Dense($"r{i}", RandomVector(random, Dimension), $$"""{"n":{{i}},"kind":"{{(char)('a' + (i % 3))}}"}""") with
        {
            Sparse = i % 4 == 0 ? SparseVector.Create([1, (uint)(i % 7) + 2], [0.5f, i + 1]) : null,
        };

    private string[] Files(string index) =>
        [.. Directory.GetFiles(Path.Combine(DataDirectory, "indexes", index, "__default__", "gen-000001"), "*.bin").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
