using System.Globalization;

namespace VectorServer.Storage.Tests.Formats;

/// <summary>
/// A data directory that a version of the server left behind is opened by every later one. <c>tests/data/formats/N</c> is one, frozen, with
/// operations still in a log and a backup; only <c>VECTORSERVER_WRITE_FORMAT=N</c> makes one, where there is none.
/// </summary>
public sealed class FormatTests
{
    private static readonly string Frozen = Path.Combine(Root(), "tests", "data", "formats");

    public static TheoryData<string> Formats => [.. Directory.GetDirectories(Frozen).Select(directory => Path.GetFileName(directory)!)];

    [Fact]
    public async Task Writes_a_new_frozen_directory_when_asked()
    {
        var number = Environment.GetEnvironmentVariable("VECTORSERVER_WRITE_FORMAT");
        Assert.SkipWhen(number is null, "VECTORSERVER_WRITE_FORMAT=N makes tests/data/formats/N");
        var target = Path.Combine(Frozen, int.Parse(number, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
        Assert.False(Directory.Exists(target), "what is frozen stays as it is");
        using var directory = new TempDirectory();

        await FormatData.WriteAsync(directory.File("data"), target);
        await DerivedFormatData.WriteAsync(directory.File("derived"), Path.Combine(target, DerivedFormatData.Folder));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_directory_of_an_earlier_version_opens_with_every_record_alias_and_document(string format)
    {
        using var directory = new TempDirectory();
        var log = new List<string>();
        await using (var engine = Open(format, directory, log))
        {
            await CheckAsync(engine, format);
            Assert.Contains(log, line => line.Contains("replayed 4 operations", StringComparison.Ordinal));
            Assert.Equal(HasCalibration(format), !log.Any(line => line.Contains("calibration.bin is of an earlier version", StringComparison.Ordinal)));
            Assert.DoesNotContain(log, line => line.Contains("damaged", StringComparison.Ordinal));
            Assert.Equal(0, engine.Damage.Rebuilt);
            foreach (var (index, ns) in FormatData.Namespaces)
                await engine.GetIndex(index).CompactAsync(ns, TestContext.Current.CancellationToken);
            await CheckAsync(engine, format);
        }

        await using var again = VectorEngine.Open(new EngineOptions { DataDirectory = directory.File("data") });
        await CheckAsync(again, format);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Its_backup_is_whole_and_restores_every_record(string format)
    {
        using var directory = new TempDirectory();
        await using var engine = Open(format, directory, []);

        await engine.Backups.VerifyAsync(FormatData.BackupId, TestContext.Current.CancellationToken);
        var restored = await engine.RestoreIndexAsync(
            FormatData.BackupId, new IndexDescriptor { Name = "restored" }, cancellation: TestContext.Current.CancellationToken);

        CheckNamespace(restored, "named fields", FormatData.Expected("hybrid", "named fields"));
        Assert.Equal("named fields", restored.DescribeAlias("also").TargetNamespace);
        Assert.Equal(["kind"], restored.DescribeNamespace("named fields").FilterableFields);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task It_takes_writes_as_any_other(string format)
    {
        using var directory = new TempDirectory();
        await using (var engine = Open(format, directory, []))
        {
            foreach (var (index, ns) in FormatData.Namespaces)
                await engine.GetIndex(index).UpsertAsync(ns, [FormatData.Expected(index, ns)[0] with { Id = "new" }], TestContext.Current.CancellationToken);
        }

        await using var again = VectorEngine.Open(new EngineOptions { DataDirectory = directory.File("data") });
        foreach (var (index, ns) in FormatData.Namespaces)
            CheckNamespace(again.GetIndex(index), ns, [FormatData.Expected(index, ns)[0] with { Id = "new" }, .. FormatData.Expected(index, ns)]);
    }

    /// <summary>Formats that froze what is derived too: a whole data directory of their own.</summary>
    public static TheoryData<string> DerivedFormats =>
        [.. Directory.GetDirectories(Frozen).Where(format => Directory.Exists(Path.Combine(format, DerivedFormatData.Folder))).Select(format => Path.GetFileName(format)!)];

    [Theory]
    [MemberData(nameof(DerivedFormats))]
    public async Task What_is_derived_is_taken_as_it_is_or_made_anew_and_answers_are_the_same(string format)
    {
        using var directory = new TempDirectory();
        FormatData.Copy(Path.Combine(Frozen, format, DerivedFormatData.Folder), directory.File("data"));
        var log = new List<string>();
        await using (var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory.File("data"), Log = log.Add }))
            await DerivedFormatData.CheckAsync(engine, TestContext.Current.CancellationToken);
        Assert.Empty(log); // a later version may have to make something anew: then it says so here

        await using var again = VectorEngine.Open(new EngineOptions { DataDirectory = directory.File("data") });
        await DerivedFormatData.CheckAsync(again, TestContext.Current.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(DerivedFormats))]
    public async Task What_is_derived_is_made_of_the_rows_where_it_is_missing(string format)
    {
        using var directory = new TempDirectory();
        FormatData.Copy(Path.Combine(Frozen, format, DerivedFormatData.Folder), directory.File("data"));
        foreach (var file in Directory.GetFiles(directory.File("data"), "*.bin", SearchOption.AllDirectories))
            File.Delete(file);

        await using var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory.File("data") });

        await DerivedFormatData.CheckAsync(engine, TestContext.Current.CancellationToken);
    }

    private static VectorEngine Open(string format, TempDirectory directory, List<string> log)
    {
        FormatData.Copy(Path.Combine(Frozen, format), directory.File("data"));
        return VectorEngine.Open(new EngineOptions { DataDirectory = directory.File("data"), Log = log.Add });
    }

    /// <summary>Calibrations of the first formats are of no use to the codes of today: those are made once there are rows enough to learn from.</summary>
    private static bool HasCalibration(string format) => int.Parse(format, CultureInfo.InvariantCulture) >= 3;

    private static async Task CheckAsync(VectorEngine engine, string format)
    {
        Assert.Equal(["dense", "hybrid", "sparse"], engine.Indexes.Select(index => index.Descriptor.Name));
        foreach (var (index, ns) in FormatData.Namespaces)
            CheckNamespace(engine.GetIndex(index), ns, FormatData.Expected(index, ns));
        var dense = engine.GetIndex("dense");
        Assert.Equal("blue", dense.DescribeAlias("live").TargetNamespace);
        CheckNamespace(dense, "live", FormatData.Expected("dense", "blue"));
        Assert.Equal(FormatData.Document, dense.Descriptor.Attributes);
        foreach (var ns in dense.Stats().Namespaces.Where(_ => HasCalibration(format)))
            await WaitFor.CodesAsync(dense, TestContext.Current.CancellationToken, ns.Name, Storage.Compression.Spectral4Bit);
        Assert.All(dense.Stats().Namespaces, ns => Assert.Equal(HasCalibration(format) ? "spectral_4bit" : "float32", ns.Compression));
        Assert.Equal(FormatData.Document, engine.Documents.Get("kept", "document"));
    }

    private static void CheckNamespace(VectorIndex index, string ns, IReadOnlyList<VectorRecord> expected)
    {
        Assert.Equal(expected.Select(record => record.Id), index.ListIds(ns, null, 1000, null).Ids);
        Assert.Equal(expected.Select(Text), index.Fetch(ns, [.. expected.Select(record => record.Id)]).Records.Select(Text));
        Assert.Equal(expected.Count, index.Count(ns, null).Count);
        var kind = Filter.Parse(System.Text.Json.JsonDocument.Parse("""{"kind":"b"}""").RootElement);
        var ofKind = expected.Where(record => record.Metadata!.ToString().Contains("\"kind\":\"b\"", StringComparison.Ordinal)).Select(record => record.Id);
        var query = index.Descriptor.VectorType == VectorType.Sparse
            ? new VectorQuery { TopK = 100, Sparse = SparseVector.Create([.. Enumerable.Range(0, 7).Select(i => (uint)i)], [1, 2, 3, 4, 5, 6, 7]) }
            : new VectorQuery { TopK = 100, Vector = expected[0].Values };
        Assert.Equal(ofKind, index.Query(ns, query with { Filter = kind }).Matches.Select(match => match.Id).Order(StringComparer.Ordinal));
        var all = index.Query(ns, query).Matches;
        Assert.Equal(expected.Count, all.Count);
        Assert.Equal(all.OrderByDescending(match => match.Score).Select(match => match.Id), all.Select(match => match.Id));
        if (index.Descriptor.Metric == Metric.Cosine)
            Assert.Equal(1, all[0].Score, 0.0001f); // the first record asks for itself
    }

    private static string Text(VectorRecord record) => string.Create(
        CultureInfo.InvariantCulture,
        $"{record.Id} [{string.Join(' ', record.Values.ToArray())}] [{string.Join(' ', record.Sparse?.Indices.ToArray() ?? [])}] [{string.Join(' ', record.Sparse?.Values.ToArray() ?? [])}] {record.Metadata}");

    private static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "VectorServer.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"No VectorServer.sln above {AppContext.BaseDirectory}");
    }
}
