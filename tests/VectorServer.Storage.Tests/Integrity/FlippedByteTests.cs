using System.Text;
using VectorServer.Storage.Metadata;

namespace VectorServer.Storage.Tests.Integrity;

/// <summary>
/// A byte that changed on disk is detected, or means nothing; it is never served. Every file of a namespace and of its index is damaged
/// byte by byte: all bytes of headers and small files and a seeded sample of the rest; with <c>VECTORSERVER_LONG=1</c> all bytes of all.
/// </summary>
public sealed class FlippedByteTests
{
    private const int HeadBytes = 24;
    private const int SqliteHeadBytes = 100;
    private const int SampledBytes = 24;
    private const int SmallFileBytes = 256; // damaged at every byte

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("VECTORSERVER_LONG") == "1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a/namespace.json")]
    [InlineData("a/checkpoint.json")]
    [InlineData("a/checkpoint.copy.json")]
    [InlineData("a/gen-000001/vectors.npy")]
    [InlineData("a/gen-000001/vectors.crc")]
    [InlineData("a/gen-000001/metadata.db")]
    [InlineData("a/gen-000001/codec.bin")]
    [InlineData("calibration.bin")]
    [InlineData("aliases.json")]
    public async Task A_flipped_byte_is_never_served_and_hurts_no_other_namespace(string file)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);

        foreach (var (copy, offset) in Flipped(copies, file))
        {
            await using var engine = DamagedCopies.Open(copy);
            AssertSame(copies.Whole, null, DamagedCopies.Answers(engine), $"{file} at {offset}", isWholeIndex: !file.StartsWith("a/", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("registry.db")]
    [InlineData("registry.copy")]
    public async Task A_flipped_byte_of_the_registry_or_its_copy_costs_nothing(string file)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);

        foreach (var (copy, offset) in Flipped(copies, $"../../{file}"))
        {
            for (var start = 0; start < 2; start++)
            {
                await using var engine = DamagedCopies.Open(copy);
                Assert.Equal(copies.Whole, DamagedCopies.Answers(engine));
                Assert.Equal(DamagedCopies.Document, engine.Documents.Get("jobs", "1"));
                engine.Documents.Put("jobs", "2", $"{offset}");
            }
        }
    }

    [Theory]
    [InlineData("registry.db")]
    [InlineData("registry.copy")]
    public async Task A_registry_or_copy_that_is_gone_or_ends_too_early_costs_nothing(string file)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var gone = copies.NewCopy();
        File.Delete(Path.Combine(gone, file));
        var empty = copies.NewCopy();
        File.WriteAllBytes(Path.Combine(empty, file), []);

        foreach (var copy in (string[])[gone, empty])
        {
            await using var engine = DamagedCopies.Open(copy);
            Assert.Equal(copies.Whole, DamagedCopies.Answers(engine));
            Assert.Equal(DamagedCopies.Document, engine.Documents.Get("jobs", "1"));
        }
    }

    [Theory]
    [InlineData("registry.copy")] // itself
    [InlineData("nowhere")]
    public async Task A_copy_of_the_registry_that_cannot_be_read_costs_nothing(string target)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var path = Path.Combine(copies.NewCopy(), "registry.copy");
        File.Delete(path);
        File.CreateSymbolicLink(path, target);

        await using var engine = DamagedCopies.Open(Path.GetDirectoryName(path)!);

        Assert.Equal(copies.Whole, DamagedCopies.Answers(engine));
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Verify_tells_of_a_damaged_registry_and_repair_makes_it_anew()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var (copy, _) = Flipped(copies, "../../registry.db").First();
        var options = new EngineOptions { DataDirectory = copy };

        var found = await DataDirectoryCheck.RunAsync(options, repair: false, Cancellation);
        var repaired = await DataDirectoryCheck.RunAsync(options, repair: true, Cancellation);

        Assert.Contains("registry.db", Assert.Single(found.Others), StringComparison.Ordinal);
        Assert.True(repaired.IsWhole);
        Assert.Single(Directory.GetFiles(Path.Combine(copy, "quarantine")));
    }

    [Theory]
    [InlineData(18, 2)] // the version that may write it
    [InlineData(63, 0)] // our own
    [InlineData(71, 0)] // whose it is
    public async Task A_metadata_file_whose_marks_are_damaged_is_repaired_whole(int offset, int bit)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        var path = Path.Combine(copy, "indexes", "docs", "a", "gen-000001", "metadata.db");
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[offset] ^= (byte)(1 << bit);
        await File.WriteAllBytesAsync(path, bytes, Cancellation);

        await using (var engine = DamagedCopies.Open(copy))
        {
            var damaged = Assert.Throws<StorageException>(() => engine.GetIndex("docs").Fetch("a", ["id-1"]));
            Assert.Equal(StorageErrorCode.DataCorruption, damaged.Code);
        }

        var options = new EngineOptions { DataDirectory = copy };
        Assert.False((await DataDirectoryCheck.RunAsync(options, repair: false, Cancellation)).IsWhole);
        Assert.True((await DataDirectoryCheck.RunAsync(options, repair: true, Cancellation)).IsWhole);
        await using var repaired = DamagedCopies.Open(copy);
        AssertSameRecords(copies, repaired);
    }

    [Fact]
    public async Task A_bit_that_makes_a_blob_of_an_id_is_never_served()
    {
        // SQLite says of a text of n bytes 13 + 2n and of a blob 12 + 2n, in rows and in the index of ids, which puts blobs behind all texts.
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        const string file = "a/gen-000001/metadata.db";
        var bytes = await File.ReadAllBytesAsync(Path.Combine(copies.Pristine, "indexes", "docs", file), Cancellation);
        var types = new[] { "id-0".Length, "id-10".Length }.Select(length => (byte)(13 + 2 * length)).ToArray();
        var places = Enumerable.Range(0, bytes.Length).Where(at => types.Contains(bytes[at])).ToArray();
        Assert.True(places.Length >= 80, "one in a row and one in the index for each record");

        foreach (var offset in places)
        {
            var copy = copies.NewCopy();
            bytes[offset] ^= 1;
            await File.WriteAllBytesAsync(Path.Combine(copy, "indexes", "docs", file), bytes, Cancellation);
            bytes[offset] ^= 1;
            await using (var engine = DamagedCopies.Open(copy))
                AssertSame(copies.Whole, null, DamagedCopies.Answers(engine), $"{file} at {offset}", isWholeIndex: false);
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public async Task An_index_of_ids_too_damaged_to_be_cleared_is_repaired_whole()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        var path = Path.Combine(copies.NamespaceOf(copy), "gen-000001", "metadata.db");
        long root;
        using (var metadata = Sqlite.Open(path))
            root = (Sqlite.ReadInt64(metadata, "SELECT rootpage FROM sqlite_schema WHERE name = 'records_by_id'") - 1) * Sqlite.ReadInt64(metadata, "PRAGMA page_size");
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[root] ^= 0x10; // of what kind the page is
        await File.WriteAllBytesAsync(path, bytes, Cancellation);

        Assert.True((await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: true, Cancellation)).IsWhole);

        await using var repaired = DamagedCopies.Open(copy);
        AssertSameRecords(copies, repaired);
    }

    [Theory]
    [InlineData("TABLE records (row")]
    [InlineData("TABLE tombstones (row")]
    [InlineData("ON records (id")]
    public async Task A_bit_in_what_SQLite_keeps_of_its_tables_is_damage(string text)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var copy = copies.NewCopy();
        var path = Path.Combine(copies.NamespaceOf(copy), "gen-000001", "metadata.db");
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) + text.Length - 1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancellation);

        await using (var engine = DamagedCopies.Open(copy))
            AssertSame(copies.Whole, null, DamagedCopies.Answers(engine), text, isWholeIndex: false);
        Assert.False((await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: false, Cancellation)).IsWhole);
        await DataDirectoryCheck.RunAsync(new EngineOptions { DataDirectory = copy }, repair: true, Cancellation);
        await using var repaired = DamagedCopies.Open(copy);
        AssertSame(copies.Whole, null, DamagedCopies.Answers(repaired).Where(answer => answer.Key.StartsWith("b ", StringComparison.Ordinal)).ToDictionary(), text, isWholeIndex: false);
    }

    [Fact]
    public async Task A_flipped_byte_of_the_log_is_refused_or_cuts_the_last_write_as_a_crash_would()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: true, Cancellation);
        var log = "a/wal/" + Path.GetFileName(Directory.GetFiles(copies.NamespaceOf(copies.Pristine) + "/wal").Single());

        foreach (var (copy, offset) in Flipped(copies, log))
        {
            await using var engine = DamagedCopies.Open(copy);
            AssertSame(copies.Whole, copies.BeforeLast, DamagedCopies.Answers(engine), $"{log} at {offset}", isWholeIndex: false);
        }
    }

    [Fact]
    public async Task A_log_that_ends_anywhere_in_its_last_write_is_the_log_without_it()
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: true, Cancellation);
        var log = Directory.GetFiles(copies.NamespaceOf(copies.Pristine) + "/wal").Single();
        var bytes = await File.ReadAllBytesAsync(log, Cancellation);
        var last = bytes.AsSpan().LastIndexOf("VSLG"u8);

        for (var length = last; length < bytes.Length; length += IsLong ? 1 : 3)
        {
            var copy = copies.NewCopy();
            File.WriteAllBytes(Path.Combine(copies.NamespaceOf(copy), "wal", Path.GetFileName(log)), bytes[..length]);

            await using var engine = DamagedCopies.Open(copy);

            Assert.Equal(copies.BeforeLast, DamagedCopies.Answers(engine));
        }
    }

    [Theory]
    [InlineData("a/gen-000001/vectors.npy")]
    [InlineData("a/gen-000001/vectors.crc")]
    [InlineData("a/gen-000001/metadata.db")]
    [InlineData("a/checkpoint.json")]
    [InlineData("a/namespace.json")]
    public async Task A_file_that_ends_too_early_is_never_served(string file)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed: false, Cancellation);
        var length = new FileInfo(Path.Combine(copies.Pristine, "indexes", "docs", file)).Length;
        var random = new Random(3);

        foreach (var cut in Enumerable.Range(0, IsLong ? 400 : 25).Select(i => i == 0 ? 0 : random.NextInt64(length)))
        {
            var copy = copies.NewCopy();
            using (var damaged = File.OpenHandle(Path.Combine(copy, "indexes", "docs", file), FileMode.Open, FileAccess.ReadWrite))
                RandomAccess.SetLength(damaged, cut);

            await using var engine = DamagedCopies.Open(copy);

            AssertSame(copies.Whole, null, DamagedCopies.Answers(engine), $"{file} cut at {cut}", isWholeIndex: false);
        }
    }

    [Theory]
    [InlineData("a/gen-000001/vectors.npy", false)]
    [InlineData("a/gen-000001/vectors.crc", false)]
    [InlineData("a/gen-000001/metadata.db", false)]
    [InlineData("a/gen-000001/codec.bin", false)]
    [InlineData("a/namespace.json", false)]
    [InlineData("a/checkpoint.json", false)]
    [InlineData("a/wal/", true)]
    public async Task Repair_keeps_only_records_that_are_whole_and_then_everything_is_served(string file, bool crashed)
    {
        using var copies = await DamagedCopies.MakeAsync(crashed, Cancellation);
        if (file.EndsWith('/'))
            file += Path.GetFileName(Directory.GetFiles(Path.Combine(copies.Pristine, "indexes", "docs", file)).Single());

        foreach (var (copy, offset) in Flipped(copies, file).Where((_, i) => IsLong || i % 4 == 0))
        {
            var options = new EngineOptions { DataDirectory = copy };
            var found = await DataDirectoryCheck.RunAsync(options, repair: false, Cancellation);
            var repaired = await DataDirectoryCheck.RunAsync(options, repair: true, Cancellation);
            var outcome = repaired.Namespaces.Single(ns => ns.Namespace == "a").Repair;
            Assert.Equal(found.IsWhole, outcome is null);
            await using var engine = DamagedCopies.Open(copy);
            if (outcome is { IsRepaired: false })
                continue; // of page 1 of the metadata, without which no record has an id

            var records = engine.GetIndex("docs").Fetch("a", [.. Enumerable.Range(0, 44).Select(i => $"id-{i}")]).Records;

            var why = $"{file} at {offset}";
            if (outcome is not { AreDeathsUncertain: true })
            {
                Assert.True(records.Count + (outcome?.RecordsLost ?? 0) + (2 * (outcome?.OperationsLost ?? 0)) >= copies.Records.Count - 1, why);
                Assert.All(records.Where(record => copies.Records.ContainsKey(record.Id)), record =>
                    Assert.True(outcome is { OperationsLost: > 0 } || crashed || copies.Records[record.Id] == DamagedCopies.Show(record), why));
            }

            Assert.Equal(16, DamagedCopies.Answers(engine).Count(answer => answer.Key != "alias"));
        }
    }

    private static IEnumerable<(string Copy, long Offset)> Flipped(DamagedCopies copies, string file)
    {
        var random = new Random(5);
        var length = new FileInfo(Path.Combine(copies.Pristine, "indexes", "docs", file)).Length;
        var offsets = IsLong || length <= SmallFileBytes
            ? Enumerable.Range(0, (int)length).Select(offset => (long)offset)
            : Enumerable.Range(0, file.EndsWith(".db", StringComparison.Ordinal) ? SqliteHeadBytes : HeadBytes).Select(offset => (long)offset)
                .Concat(Enumerable.Range(0, SampledBytes).Select(_ => random.NextInt64(length))).Where(offset => offset < length).Distinct();
        foreach (var offset in offsets)
        {
            var copy = copies.NewCopy();
            using (var damaged = File.OpenHandle(Path.Combine(copy, "indexes", "docs", file), FileMode.Open, FileAccess.ReadWrite))
            {
                var one = new byte[1];
                RandomAccess.Read(damaged, one, offset);
                one[0] ^= (byte)(1 << random.Next(8));
                RandomAccess.Write(damaged, one, offset);
            }

            yield return (copy, offset);
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>After a repair that wrote everything anew, whose LSNs are others.</summary>
    private static void AssertSameRecords(DamagedCopies copies, VectorEngine repaired)
    {
        var answers = DamagedCopies.Answers(repaired);
        Assert.All(copies.Whole.Where(answer => !answer.Key.EndsWith("lsn", StringComparison.Ordinal)), answer => Assert.Equal(answer.Value, answers[answer.Key]));
    }

    private static void AssertSame(
        Dictionary<string, string> whole, Dictionary<string, string>? before, Dictionary<string, string> answers, string why, bool isWholeIndex)
    {
        foreach (var (question, answer) in answers)
            Assert.True(answer == whole[question] || answer == before?[question], $"{why}: '{question}' answered\n{answer}\nin place of\n{whole[question]}");
        if (!isWholeIndex)
            Assert.Equal(8, answers.Keys.Count(question => question.StartsWith("b ", StringComparison.Ordinal)));
        if (before is not null && answers.ContainsKey("a fetch"))
            Assert.True(whole.All(pair => answers[pair.Key] == pair.Value) || before.All(pair => answers[pair.Key] == pair.Value), why);
    }
}
