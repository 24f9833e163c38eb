using VectorServer.Storage.Tests.Backups;

namespace VectorServer.Storage.Tests.Integrity;

/// <summary>What is missing, derived or rots behind a first read is found too; and what repair calls whole is.</summary>
public sealed class BlindSpotTests : BackupContract
{
    private string NamespaceDirectory => Path.Combine(DataDirectory, "indexes", "sparse", "ns");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_vector_file_without_rows_is_made_anew(bool isMissing)
    {
        await CreateSparse().UpsertAsync("ns", [Sparse("a", [1], [2])], Cancellation);
        await Engine.DisposeAsync();
        var path = Path.Combine(NamespaceDirectory, "gen-000001", "vectors.npy");
        if (isMissing)
            File.Delete(path);
        else
            File.WriteAllBytes(path, []);

        Assert.True((await CheckAsync(repair: true)).Repair!.IsRepaired);

        Assert.Equal(0, (await CheckAsync(repair: false)).FindingCount);
        await ReopenAsync();
        Assert.Equal("a", Assert.Single(Engine.GetIndex("sparse").Fetch("ns", ["a"]).Records).Id);
    }

    [Theory]
    [InlineData("codes.bin", 0)]
    [InlineData("codes.bin", 1)]
    [InlineData("ids.bin", 0)]
    [InlineData("ids.bin", 1)]
    [InlineData("columns.bin", 0)]
    [InlineData("columns.bin", 1)]
    [InlineData("sparse.bin", 0)]
    [InlineData("sparse.bin", 1)]
    [InlineData("../checkpoint.copy.json", 0)]
    [InlineData("../checkpoint.copy.json", 1)]
    public async Task A_derived_file_that_is_damaged_is_found_and_repaired(string file, int cut)
    {
        var random = new Random(2);
        var index = CreateDense(metric: Storage.Metric.DotProduct, compression: Compression.Sq8);
        await index.UpsertAsync("ns", [.. Enumerable.Range(0, 1_200).Select(i => Dense($"id-{i}", RandomVector(random, 3), """{"f":1}""")
            with { Sparse = SparseVector.Create([(uint)(i % 7)], [1]) })], Cancellation);
        Assert.Equal(1_200, index.Count("ns", Filter("""{"f":1}""")).Count); // which makes the columns
        await WaitFor.CodesAsync(index, Cancellation, "ns");
        await Engine.DisposeAsync();
        var path = Path.Combine(DataDirectory, "indexes", "docs", "ns", "gen-000001", file);
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes[..^cut], Cancellation);

        var found = await CheckAsync(repair: false);
        var repaired = await CheckAsync(repair: true);

        Assert.True(Assert.Single(found.Findings).IsDerived);
        Assert.EndsWith(Path.GetFileName(file), found.Findings[0].File, StringComparison.Ordinal);
        Assert.True(repaired.Repair is { IsRepaired: true, RecordsKept: 1_200, RecordsLost: 0 });
        Assert.Equal(0, (await CheckAsync(repair: false)).FindingCount);
        Assert.Equal(file[0] == '.', File.Exists(path)); // the others are written by the next close
        await ReopenAsync();
        Assert.Equal(1_200, Engine.Indexes.Single().Count("ns", null).Count);
    }

    [Theory]
    [InlineData("wal", false)]
    [InlineData("wal", true)]
    [InlineData("wal/*.wal", false)]
    public async Task A_log_that_is_missing_is_damage(string what, bool isFile)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: true, Cancellation);
        var copy = copies.NewCopy();
        var wal = Path.Combine(copies.NamespaceOf(copy), "wal");
        Directory.Delete(wal, recursive: true);
        if (isFile)
            File.WriteAllText(wal, "");
        else if (what != "wal")
            Directory.CreateDirectory(wal);
        var options = new EngineOptions { DataDirectory = copy };

        var found = (await DataDirectoryCheck.RunAsync(options, repair: false, Cancellation)).Namespaces[0];
        await using (var engine = DamagedCopies.Open(copy))
            Assert.Equal("DATA_DAMAGED", Assert.Throws<StorageException>(() => engine.GetIndex("docs").Fetch("a", ["id-1"])).Reason);
        var repaired = await DataDirectoryCheck.RunAsync(options, repair: true, Cancellation);

        Assert.Equal(("wal", false), found.Findings.Select(finding => (finding.File, finding.IsDerived)).Single());
        Assert.True(repaired.IsWhole);
        await using var served = DamagedCopies.Open(copy);
        Assert.Equal(38, served.GetIndex("docs").Count("a", null).Count); // those of the checkpoint
    }

    [Fact]
    public async Task A_new_namespace_whose_log_is_removed_after_a_kill_is_damaged()
    {
        using var killed = new TempDirectory();
        await CreateSparse().UpsertAsync("ns", [Sparse("a", [1], [2])], Cancellation);
        foreach (var file in Directory.GetFiles(DataDirectory, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is not "LOCK" && !file.EndsWith(".wal", StringComparison.Ordinal)))
        {
            var copied = killed.File(Path.GetRelativePath(DataDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copied)!);
            File.Copy(file, copied);
        }

        Directory.CreateDirectory(Path.Combine(killed.Path, "indexes", "sparse", "ns", "wal"));

        await using var engine = VectorEngine.Open(new EngineOptions { DataDirectory = killed.Path });
        Assert.Equal("DATA_DAMAGED", Assert.Throws<StorageException>(() => engine.GetIndex("sparse").Fetch("ns", ["a"])).Reason);
    }

    [Fact]
    public async Task A_log_whose_first_segment_is_missing_is_damage_and_one_that_a_restore_has_not_begun_is_none()
    {
        var index = CreateSparse();
        await index.UpsertAsync("ns", [Sparse("a", [1], [2])], Cancellation);
        await BackUpAsync(index);
        await RestoreAsync();
        await Engine.DisposeAsync();
        var restored = Path.Combine(DataDirectory, "indexes", "restored", "ns", "wal");
        Assert.Empty(Directory.GetFiles(restored));
        Assert.True((await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = DataDirectory }, repair: false, Cancellation)).IsWhole);
        await ReopenAsync();
        Assert.Single(Engine.GetIndex("restored").Fetch("ns", ["a"]).Records);
        await Engine.DisposeAsync();
        var segment = Directory.GetFiles(restored).Single();

        File.Move(segment, Path.Combine(restored, "00000000000000000009.wal"));
        Assert.False((await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = DataDirectory }, repair: false, Cancellation)).IsWhole);
        File.Delete(Path.Combine(restored, "00000000000000000009.wal"));
        Assert.False((await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = DataDirectory }, repair: false, Cancellation)).IsWhole);
    }

    [Fact]
    public async Task Rot_behind_a_row_that_was_read_is_neither_backed_up_nor_compacted()
    {
        var index = CreateDense();
        await index.UpsertAsync("ns", [Dense("a", [1, 2, 3]), Dense("b", [3, 2, 1])], Cancellation);
        await index.FlushAsync(Cancellation);
        Assert.Equal(2, index.Fetch("ns", ["a", "b"]).Records.Count);
        var vectors = Path.Combine(DataDirectory, "indexes", "docs", "ns", "gen-000001", "vectors.npy");
        using (var file = File.OpenHandle(vectors, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            RandomAccess.Write(file, [0x55], 128);

        var backup = await FailAsync(() => BackUpAsync(index));
        var compaction = await FailAsync(() => index.CompactAsync("ns", Cancellation));

        Assert.Equal(StorageErrorCode.DataCorruption, backup.Code);
        Assert.Contains("Row 0 of the vectors does not match its checksum", backup.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(BackupsDirectory, "b1")));
        Assert.Equal((StorageErrorCode.DataCorruption, "DATA_DAMAGED"), (compaction.Code, compaction.Reason));
        Assert.Equal("ns", Assert.Single(Engine.Damage.Current).Namespace);
        var found = Assert.Single(await index.VerifyAsync(null, Cancellation));
        Assert.Equal("a", Assert.Single(found.Findings).Id);
    }

    [Theory]
    [InlineData(0.5, false)]
    [InlineData(0, true)]
    public async Task Of_a_metadata_file_that_is_cut_short_the_records_before_the_cut_are_saved(double share, bool isTwoPages)
    {
        var index = CreateDense();
        var json = $$"""{"text":"{{new string('x', 200)}}"}""";
        await index.UpsertAsync("ns", [.. Enumerable.Range(0, 400).Select(i => Dense($"id-{i:D3}", [i, 1, 2], json))], Cancellation);
        await Engine.DisposeAsync();
        var path = Path.Combine(DataDirectory, "indexes", "docs", "ns", "gen-000001", "metadata.db");
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.SetLength(file, isTwoPages ? RandomAccess.GetLength(file) - (2 * 4096) : (long)(RandomAccess.GetLength(file) * share));

        var repaired = (await CheckAsync(repair: true)).Repair!;

        Assert.True(repaired.IsRepaired);
        Assert.InRange(repaired.RecordsKept, isTwoPages ? 350 : 100, 399);
        await ReopenAsync();
        var served = Engine.GetIndex("docs").Fetch("ns", [.. Enumerable.Range(0, 400).Select(i => $"id-{i:D3}")]).Records;
        Assert.Equal(repaired.RecordsKept, served.Count);
        Assert.All(served, record => Assert.Equal((json, $"id-{(int)record.Values.Span[0]:D3}"), (Json(record.Metadata), record.Id)));
    }

    private async Task<NamespaceIntegrity> CheckAsync(bool repair) =>
        Assert.Single((await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = DataDirectory }, repair, Cancellation)).Namespaces);
}
