using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Tests.Integrity;

/// <summary>A file that is missing, a directory or not the server's to read is told of by namespace and file, and keeps no other from being served or inspected.</summary>
public sealed class UnreadableFileTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repair_goes_on_behind_a_namespace_without_its_metadata_file(bool isDirectory)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        var metadata = Path.Combine(copies.NamespaceOf(copy), "gen-000001", "metadata.db");
        File.Delete(metadata);
        if (isDirectory)
            Directory.CreateDirectory(metadata);
        File.WriteAllText(Path.Combine(copies.NamespaceOf(copy, "b"), "checkpoint.json"), "{");

        var report = await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: true, Cancellation);

        Assert.Equal(["a", "b"], report.Namespaces.Select(ns => ns.Namespace));
        Assert.False(report.Namespaces[0].Repair!.IsRepaired);
        Assert.Contains(report.Namespaces[0].Findings, found => found is { File: "gen-000001/metadata.db", What: "A metadata file is missing or cannot be read" });
        Assert.True(report.Namespaces[1].Repair!.IsRepaired);
        Assert.Empty(report.Others);
        await using var engine = DamagedCopies.Open(copy);
        var refused = Assert.Throws<StorageException>(() => engine.GetIndex("docs").Fetch("a", ["id-1"]));
        Assert.Equal((StorageErrorCode.DataCorruption, "DATA_DAMAGED"), (refused.Code, refused.Reason));
        Assert.Equal([("docs", "a")], engine.Damage.Current.Select(damage => (damage.Index, damage.Namespace!)));
        Assert.Equal(8, DamagedCopies.Answers(engine).Keys.Count(question => question.StartsWith("b ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_process_without_file_handles_or_a_disk_without_space_is_no_damage()
    {
        foreach (var code in (int[])[12, 23, 24, 28])
        {
            var failure = new IOException("Too many open files", code);
            Assert.True(failure.IsShortage());
            Assert.False(failure.IsOfTheFile());
        }

        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory.File("new.db"));
        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(() => Sqlite.Open(directory.File("new.db"))).Code); // nothing was there to be damaged
    }

    [Theory]
    [InlineData("namespace.json", "namespace.json")]
    [InlineData("checkpoint.json", "checkpoint.json")]
    [InlineData("checkpoint.copy.json", "checkpoint.copy.json")]
    [InlineData("gen-000001/vectors.npy", "gen-000001/vectors.npy")]
    [InlineData("gen-000001/vectors.crc", "gen-000001/vectors.crc")]
    [InlineData("gen-000001/codec.bin", "gen-000001/codec.bin")]
    [InlineData("gen-000001", "gen-000001/metadata.db")]
    [InlineData("wal/*", "wal")]
    public async Task A_directory_in_the_place_of_a_file_or_the_other_way_round_is_found_and_repaired_as_far_as_it_goes(string place, string reported)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        var path = Path.Combine(copies.NamespaceOf(copy), place);
        if (place == "wal/*")
            path = Directory.GetFiles(Path.GetDirectoryName(path)!).Single();
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
            File.WriteAllText(path, "");
        }
        else
        {
            File.Delete(path);
            Directory.CreateDirectory(path);
        }

        await using (var engine = DamagedCopies.Open(copy))
        {
            Assert.Equal(8, DamagedCopies.Answers(engine).Keys.Count(question => question.StartsWith("b ", StringComparison.Ordinal)));
            var online = await engine.GetIndex("docs").VerifyAsync(null, Cancellation);
            Assert.Equal(["a", "b"], online.Select(ns => ns.Namespace));
            Assert.Contains(online[0].Findings, found => found.File == reported);
            Assert.Equal(0, online[1].FindingCount);
        }

        var options = new EngineOptions { DataDirectory = copy };
        var repaired = await DataDirectoryCheck.RunAsync(options, repair: true, Cancellation);
        var outcome = repaired.Namespaces[0].Repair!;
        Assert.Equal(place != "gen-000001", outcome.IsRepaired);
        Assert.Equal(outcome.IsRepaired, (await DataDirectoryCheck.RunAsync(options, repair: false, Cancellation)).IsWhole);
        await using var opened = DamagedCopies.Open(copy);
        Assert.Equal(outcome.IsRepaired ? 17 : 8, DamagedCopies.Answers(opened).Count);
    }

    [Fact]
    public async Task What_the_process_may_not_read_is_told_of_and_left_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "permissions bind only others than root");
        if (OperatingSystem.IsWindows())
            return;
        foreach (var place in (string[])["namespace.json", "checkpoint.json", "gen-000001/vectors.npy", "gen-000001/metadata.db", "wal", "."])
        {
            using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
            var copy = copies.NewCopy();
            var path = Path.GetFullPath(Path.Combine(copies.NamespaceOf(copy), place));
            var before = File.GetUnixFileMode(path);
            File.SetUnixFileMode(path, UnixFileMode.None);

            await using (var engine = DamagedCopies.Open(copy))
            {
                Assert.Equal(8, DamagedCopies.Answers(engine).Keys.Count(question => question.StartsWith("b ", StringComparison.Ordinal)));
                Assert.Equal(place, (await engine.GetIndex("docs").RepairAsync(null, Cancellation))[0].Findings.Single().File);
            }

            var report = await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: true, Cancellation);
            Assert.Equal((place, false), (report.Namespaces[0].Findings.Single().File, report.Namespaces[0].Repair!.IsRepaired));
            Assert.Equal(0, report.Namespaces[1].FindingCount);
            File.SetUnixFileMode(path, before);
            await using var again = DamagedCopies.Open(copy);
            Assert.Equal(copies.Whole, DamagedCopies.Answers(again));
        }
    }

    [Fact]
    public async Task Aliases_that_are_a_directory_are_not_taken_for_none()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        var aliases = Path.Combine(copy, "indexes", "docs", "aliases.json");
        File.Delete(aliases);
        Directory.CreateDirectory(aliases);

        await using (var engine = DamagedCopies.Open(copy))
        {
            var index = engine.GetIndex("docs");
            var refused = Assert.Throws<StorageException>(() => index.Fetch("alias", ["id-1"]));
            Assert.Contains("aliases", refused.Message, StringComparison.Ordinal);
            Assert.All(await index.VerifyAsync(null, Cancellation), ns => Assert.Equal(0, ns.FindingCount));
        }

        var report = await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: false, Cancellation);
        Assert.Contains("aliases.json", Assert.Single(report.Others), StringComparison.Ordinal);
        Assert.All(report.Namespaces, ns => Assert.Equal(0, ns.FindingCount));
    }

    [Fact]
    public async Task What_a_file_system_keeps_at_its_root_is_neither_namespace_nor_backup()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        Directory.CreateDirectory(Path.Combine(copy, "indexes", "docs", "lost+found"));
        Directory.CreateDirectory(Path.Combine(copy, "backups", "lost+found"));

        Assert.True((await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: false, Cancellation)).IsWhole);
        await using var engine = DamagedCopies.Open(copy);
        Assert.Equal(copies.Whole, DamagedCopies.Answers(engine));
        Assert.Empty(engine.Damage.Current);
    }
}
