using Microsoft.Data.Sqlite;

namespace VectorServer.Storage.Tests.Integrity;

/// <summary>Damage inside of SQLite's pages that SQLite cannot see: the file is well formed, and says something else.</summary>
public sealed class MetadataDamageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("UPDATE tombstones SET row = 9 WHERE row = 3")]
    [InlineData("UPDATE tombstones SET lsn = lsn - 1 WHERE row = 3")]
    [InlineData("UPDATE records SET sparse = NULL WHERE row = 0")]
    [InlineData("UPDATE records SET id = 'id-99' WHERE row = 1")]
    public async Task What_the_checkpoint_does_not_count_is_refused_at_open(string damage)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        Execute(copies.NamespaceOf(copy), damage);

        await using var engine = DamagedCopies.Open(copy);
        var error = Assert.Throws<StorageException>(() => engine.GetIndex("docs").ListIds("a", null, 10, null));

        Assert.Equal(StorageErrorCode.DataCorruption, error.Code);
        Assert.Equal("DATA_DAMAGED", error.Reason);
        Assert.Equal([("docs", "a")], engine.Damage.Current.Select(report => (report.Index, report.Namespace)));
        Assert.Equal(1, engine.Damage.Found);
        Assert.Equal(8, DamagedCopies.Answers(engine).Keys.Count(question => question.StartsWith("b ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_index_of_ids_that_does_not_agree_with_the_rows_refuses_lists_until_repair_makes_the_index_anew()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        var metadata = Path.Combine(copies.NamespaceOf(copy), "gen-000001", "metadata.db");
        var bytes = await File.ReadAllBytesAsync(metadata, Cancellation);
        var inIndex = FindAll(bytes, "id-20"u8.ToArray()).Where(at => bytes[at + 5] == 20).ToList(); // in the index the row follows the id
        bytes[Assert.Single(inIndex) + 4] = (byte)'1';
        await File.WriteAllBytesAsync(metadata, bytes, Cancellation);

        await using (var engine = DamagedCopies.Open(copy))
        {
            var index = engine.GetIndex("docs");
            Assert.Equal(StorageErrorCode.DataCorruption, Assert.Throws<StorageException>(() => index.ListIds("a", null, 100, null)).Code);
            var report = Assert.Single(await index.RepairAsync("a", Cancellation));

            Assert.True(report.Repair is { IsRepaired: true, RecordsLost: 0, Quarantine: null });
            Assert.Equal(copies.Whole, DamagedCopies.Answers(engine));
            Assert.Empty(engine.Damage.Current);
        }
    }

    [Fact]
    public async Task A_directory_from_before_checksums_opens_and_gets_them_at_its_next_checkpoint()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        var ns = copies.NamespaceOf(copy);
        File.Delete(Path.Combine(ns, "gen-000001", "vectors.crc"));
        File.Delete(Path.Combine(ns, "checkpoint.copy.json"));
        foreach (var file in (string[])["checkpoint.json", "namespace.json"])
        {
            var lines = await File.ReadAllLinesAsync(Path.Combine(ns, file), Cancellation);
            var old = string.Join('\n', lines.Where(line => !line.Contains("checksum") && !line.Contains("deaths") && !line.Contains("sparse_rows")));
            await File.WriteAllTextAsync(Path.Combine(ns, file), old.Replace(",\n}", "\n}"), Cancellation);
        }

        await using (var engine = DamagedCopies.Open(copy))
        {
            Assert.Equal(copies.Whole, DamagedCopies.Answers(engine));
            await engine.GetIndex("docs").DeleteAsync("a", ["id-1"], Cancellation);
        }

        var options = new EngineOptions { DataDirectory = copy };
        Assert.True((await DataDirectoryCheck.RunAsync(options, repair: false, Cancellation)).IsWhole);
        Flip(Path.Combine(ns, "gen-000001", "vectors.npy"), 128 + (20 * DamagedCopies.Dimension * sizeof(float)));
        var found = (await DataDirectoryCheck.RunAsync(options, repair: false, Cancellation)).Namespaces.Single(report => report.Namespace == "a");
        Assert.Equal(("gen-000001/vectors.npy", 20, "id-20"), found.Findings.Select(finding => (finding.File, finding.Row, finding.Id)).Single());
    }

    [Fact]
    public async Task A_damaged_calibration_keeps_neither_engine_nor_index_from_opening()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        Flip(Path.Combine(copy, "indexes", "docs", "calibration.bin"), 30);
        Flip(Path.Combine(copies.NamespaceOf(copy), "gen-000001", "codec.bin"), 30);

        await using var engine = DamagedCopies.Open(copy);

        Assert.Equal(copies.Whole, DamagedCopies.Answers(engine));
        Assert.Equal(2, engine.Damage.Rebuilt);
        Assert.Empty(engine.Damage.Current);
        await WaitFor.CodesAsync(engine.GetIndex("docs"), Cancellation, "b", Compression.Sq8);
        Assert.Equal(Compression.Sq8.ToName(), engine.GetIndex("docs").Stats().Namespaces[1].Compression);
    }

    private static IEnumerable<int> FindAll(byte[] bytes, byte[] text)
    {
        for (var at = bytes.AsSpan().IndexOf(text); at >= 0;)
        {
            yield return at;
            var next = bytes.AsSpan(at + 1).IndexOf(text);
            at = next < 0 ? -1 : at + 1 + next;
        }
    }

    private static void Flip(string path, int offset)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[offset] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static void Execute(string namespaceDirectory, string sql)
    {
        using var metadata = new SqliteConnection($"Data Source={Path.Combine(namespaceDirectory, "gen-000001", "metadata.db")};Pooling=False");
        metadata.Open();
        using var command = metadata.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
