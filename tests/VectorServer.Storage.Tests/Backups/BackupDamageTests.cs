using VectorServer.Storage.Backups;

namespace VectorServer.Storage.Tests.Backups;

/// <summary>A backup that is not what was written is refused, and nothing is made of it.</summary>
public sealed class BackupDamageTests : BackupContract
{
    private string BackupDirectory => Path.Combine(BackupsDirectory, "b1");

    [Fact]
    public async Task One_flipped_bit_in_any_file_at_its_start_middle_or_end_is_found_and_the_file_named()
    {
        await MakeBackupAsync();
        Assert.Equal(15, Files().Count); // two namespaces of seven files, a calibration

        foreach (var file in Files().Append("manifest.json"))
        {
            var path = Path.Combine(BackupDirectory, file);
            var whole = await File.ReadAllBytesAsync(path, Cancellation);
            foreach (var offset in new[] { 0, whole.Length / 2, whole.Length - 1 })
            {
                var damaged = whole.ToArray();
                damaged[offset] ^= 0x20; // upper case of a letter, too
                await File.WriteAllBytesAsync(path, damaged, Cancellation);

                await AssertRefusedAsync(file);
            }

            await File.WriteAllBytesAsync(path, whole, Cancellation);
        }

        await Engine.Backups.VerifyAsync("b1", Cancellation);
        await RestoreAsync();
    }

    [Fact]
    public async Task Every_single_byte_of_a_manifest_counts()
    {
        await BackUpAsync(CreateDense());
        var path = Path.Combine(BackupDirectory, "manifest.json");
        var whole = await File.ReadAllBytesAsync(path, Cancellation);

        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 1;
            Assert.Throws<StorageException>(() => BackupManifest.Read("b1", damaged));
        }

        Assert.Throws<StorageException>(() => BackupManifest.Read("b1", [.. whole, (byte)'\n']));
        Assert.Equal("b1", BackupManifest.Read("b1", whole).Id);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("truncated")]
    [InlineData("longer")]
    [InlineData("empty")]
    [InlineData("link")]
    public async Task A_file_that_is_missing_cut_longer_or_a_link_is_named(string damage)
    {
        await MakeBackupAsync();

        foreach (var file in Files().Append("manifest.json"))
        {
            var path = Path.Combine(BackupDirectory, file);
            var whole = await File.ReadAllBytesAsync(path, Cancellation);
            File.Delete(path);
            var aside = Path.Combine(DataDirectory, "aside");
            if (damage == "link")
            {
                await File.WriteAllBytesAsync(aside, whole, Cancellation);
                File.CreateSymbolicLink(path, aside);
            }
            else if (damage != "missing")
            {
                await File.WriteAllBytesAsync(path, damage switch { "truncated" => whole[..^1], "empty" => [], _ => [.. whole, 0] }, Cancellation);
            }

            await AssertRefusedAsync(file);
            File.Delete(path);
            await File.WriteAllBytesAsync(path, whole, Cancellation);
        }
    }

    [Fact]
    public async Task A_directory_in_it_that_is_a_link_is_refused()
    {
        await MakeBackupAsync();
        var real = Path.Combine(BackupDirectory, "namespaces");
        var elsewhere = Path.Combine(DataDirectory, "elsewhere");
        Directory.Move(real, elsewhere);
        Directory.CreateSymbolicLink(real, elsewhere);

        await AssertRefusedAsync("namespaces/", "link");
    }

    [Fact]
    public async Task Files_that_the_manifest_does_not_name_are_neither_missed_nor_copied()
    {
        var index = await MakeBackupAsync();
        await File.WriteAllTextAsync(Path.Combine(BackupDirectory, ".DS_Store"), "x", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(BackupDirectory, "namespaces", "__default__", "gen-000001", "metadata.db-wal"), "x", Cancellation);

        var restored = await RestoreAsync(compression: Compression.SpectralK64);

        AssertSameAnswers(index, restored);
    }

    [Theory]
    [InlineData("../../registry.db")]
    [InlineData("namespaces/../../../registry.db")]
    [InlineData("/etc/passwd")]
    [InlineData("namespaces/__default__/../../escape")]
    [InlineData("namespaces\\__default__\\namespace.json")]
    [InlineData("namespaces/other/namespace.json")]
    [InlineData("")]
    public async Task A_manifest_with_a_right_checksum_that_names_a_foreign_path_is_refused(string path)
    {
        await MakeBackupAsync();
        Forge(manifest => manifest with { Files = [.. manifest.Files, manifest.Files[0] with { Path = path }] });

        await AssertRefusedAsync("manifest.json", path);
    }

    [Fact]
    public async Task A_manifest_that_lacks_a_file_or_names_one_twice_is_refused()
    {
        await MakeBackupAsync();
        var whole = await File.ReadAllBytesAsync(Path.Combine(BackupDirectory, "manifest.json"), Cancellation);
        Forge(manifest => manifest with { Files = [.. manifest.Files.Where(file => !file.Path.EndsWith("vectors.npy", StringComparison.Ordinal))] });
        await AssertRefusedAsync("manifest.json", "vectors.npy");

        await File.WriteAllBytesAsync(Path.Combine(BackupDirectory, "manifest.json"), whole, Cancellation);
        Forge(manifest => manifest with { Files = [.. manifest.Files, manifest.Files[^1]] });
        await AssertRefusedAsync("manifest.json", "twice");
    }

    [Fact]
    public async Task A_backup_of_a_newer_format_says_so()
    {
        await MakeBackupAsync();
        File.WriteAllBytes(Path.Combine(BackupDirectory, "manifest.json"), SealedJson.Seal("""{"format_version":3,"all_else":"is new"}"""u8));

        var error = await FailAsync(() => RestoreAsync());

        Assert.Equal(StorageErrorCode.NewerFormat, error.Code);
        Assert.Contains("format 3", error.Message, StringComparison.Ordinal);
        Assert.Empty(Engine.Backups.List());
    }

    [Fact]
    public async Task A_damaged_backup_is_left_out_of_the_list_named_in_the_log_once_and_can_be_deleted()
    {
        await MakeBackupAsync();
        await BackUpAsync(Engine.GetIndex("docs"), "b2");
        File.WriteAllText(Path.Combine(BackupDirectory, "manifest.json"), "{}");

        Assert.Equal(["b2"], Engine.Backups.List().Select(backup => backup.Id));
        Assert.Equal(["b2"], Engine.Backups.List().Select(backup => backup.Id));

        Assert.Single(LogLines, line => line.Contains(BackupDirectory, StringComparison.Ordinal));
        Assert.Equal(StorageErrorCode.DataCorruption, Assert.Throws<StorageException>(() => Engine.Backups.Find("b1")).Code);
        Assert.Equal(StorageErrorCode.AlreadyExists, (await FailAsync(() => BackUpAsync(Engine.GetIndex("docs")))).Code);
        Engine.Backups.Delete("b1");
        Assert.Null(Engine.Backups.Find("b1"));
        await BackUpAsync(Engine.GetIndex("docs"));
    }

    [Fact]
    public async Task Stray_directories_and_files_do_not_stop_the_engine_and_are_left_alone()
    {
        Directory.CreateDirectory(Path.Combine(BackupsDirectory, "lost+found"));
        Directory.CreateDirectory(Path.Combine(BackupsDirectory, "empty"));
        await File.WriteAllTextAsync(Path.Combine(BackupsDirectory, "README"), "mine", Cancellation);

        await ReopenAsync();

        Assert.Empty(Engine.Backups.List());
        Assert.Equal(3, Directory.GetFileSystemEntries(BackupsDirectory).Length);
        Assert.Contains(LogLines, line => line.Contains("empty", StringComparison.Ordinal));
        Assert.DoesNotContain(LogLines, line => line.Contains("lost+found", StringComparison.Ordinal)); // a file system's own
    }

    private async Task<VectorIndex> MakeBackupAsync()
    {
        var random = new Random(21);
        var sample = Enumerable.Range(0, 20).Select(_ => RandomVector(random, 8)).ToList();
        var index = Engine.CreateIndex(new IndexDescriptor { Name = "docs", Dimension = 8, Compression = Compression.SpectralK64 }, sample);
        foreach (var ns in new[] { "", "Other" })
            await index.UpsertAsync(ns, [.. Enumerable.Range(0, 40).Select(i => Dense($"r{i}", RandomVector(random, 8), """{"kind":"a"}"""))], Cancellation);
        await BackUpAsync(index);
        return index;
    }

    private List<string> Files() =>
        [.. BackupManifest.Read("b1", File.ReadAllBytes(Path.Combine(BackupDirectory, "manifest.json"))).Files.Select(file => file.Path)];

    private void Forge(Func<BackupManifest, BackupManifest> change)
    {
        var path = Path.Combine(BackupDirectory, "manifest.json");
        File.WriteAllBytes(path, change(BackupManifest.Read("b1", File.ReadAllBytes(path))).Write());
    }

    private async Task AssertRefusedAsync(params string[] named)
    {
        var told = new List<StorageException> { await FailAsync(() => Engine.Backups.VerifyAsync("b1", Cancellation)) };
        if (named[0].EndsWith("codec.bin", StringComparison.Ordinal))
        {
            await RestoreAsync(); // derived, and made anew: see BackupDerivedTests
            await Engine.DropIndexAsync("restored");
        }
        else
        {
            told.Add(await FailAsync(() => RestoreAsync()));
        }

        foreach (var error in told)
        {
            Assert.Equal(StorageErrorCode.DataCorruption, error.Code);
            Assert.All(named, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
            Assert.DoesNotContain(DataDirectory, error.Message, StringComparison.Ordinal);
        }

        AssertNoIndexLeft("restored");
    }
}
