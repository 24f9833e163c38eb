using System.Text;
using System.Text.Json;

namespace VectorServer.Storage.Tests.Integrity;

/// <summary>A data directory with something of everything, what it answers when it is whole, and copies of it to damage.</summary>
internal sealed class DamagedCopies : IDisposable
{
    public const int Dimension = 4;

    /// <summary>Kept as <c>1</c> of the kind <c>jobs</c>.</summary>
    public const string Document = """{"state":"done"}""";

    private readonly TempDirectory _original = TempDirectory.InMemory();
    private readonly TempDirectory _copies = TempDirectory.InMemory();
    private int _copyCount;

    /// <summary>Every record of namespace <c>a</c>, by id.</summary>
    public Dictionary<string, string> Records { get; } = [];

    /// <summary>What the namespaces answer.</summary>
    public Dictionary<string, string> Whole { get; private set; } = [];

    /// <summary>The same before the last write.</summary>
    public Dictionary<string, string> BeforeLast { get; private set; } = [];

    public string NamespaceOf(string copy, string name = "a") => Path.Combine(copy, "indexes", "docs", name);

    /// <param name="crashed">Copies are of a directory that was never closed, with a log.</param>
    /// <param name="cancellation">The test's.</param>
    public static async Task<DamagedCopies> MakeAsync(bool crashed, CancellationToken cancellation)
    {
        var made = new DamagedCopies();
        var random = new Random(7);
        await using (var engine = Open(made._original.Path))
        {
            var sample = Enumerable.Range(0, 64).Select(_ => Vector(random)).ToArray();
            var index = engine.CreateIndex(
                new IndexDescriptor { Name = "docs", Dimension = Dimension, Metric = Metric.DotProduct, Compression = Compression.Sq8 }, sample);
            foreach (var ns in (string[])["a", "b"])
            {
                await index.UpsertAsync(ns, [.. Enumerable.Range(0, 40).Select(i => Record(random, i))], cancellation);
                await index.UpdateAsync(ns, new RecordUpdate("id-7", SetMetadata: Metadata("""{"n":70}""")), cancellation);
                await index.DeleteAsync(ns, ["id-3", "id-4"], cancellation);
                await index.UpsertAsync(ns, [Record(random, 8)], cancellation);
                await WaitFor.CodesAsync(index, cancellation, ns);
            }

            index.CreateAlias("alias", "a");
            engine.Documents.Put("jobs", "1", Document);
        }

        if (!crashed)
        {
            made.Pristine = made._original.Path;
            await made.RememberAsync(cancellation);
            return made;
        }

        await using (var engine = Open(made._original.Path))
        {
            var index = engine.GetIndex("docs");
            await index.UpsertAsync("a", [Record(random, 41), Record(random, 42)], cancellation);
            await index.UpdateAsync("a", new RecordUpdate("id-41", SetMetadata: Metadata("""{"n":410}""")), cancellation);
            await index.DeleteAsync("a", ["id-5"], cancellation);
            made.BeforeLast = Answers(engine);
            await index.UpsertAsync("a", [Record(random, 43)], cancellation);
            made.Pristine = Path.Combine(made._copies.Path, "pristine");
            Copy(made._original.Path, made.Pristine);
        }

        await made.RememberAsync(cancellation);
        return made;
    }

    /// <summary>What is copied; itself left as it is.</summary>
    public string Pristine { get; private set; } = "";

    public string NewCopy()
    {
        var copy = Path.Combine(_copies.Path, $"{_copyCount++}");
        Copy(Pristine, copy);
        return copy;
    }

    public static VectorEngine Open(string directory) => VectorEngine.Open(new EngineOptions { DataDirectory = directory, Durability = Durability.Fsync });

    /// <summary>What a client sees, question by question; a refusal for damage is a null, any other fails the test.</summary>
    public static Dictionary<string, string> Answers(VectorEngine engine)
    {
        var answers = new Dictionary<string, string>();
        foreach (var ns in (string[])["a", "b"])
        {
            VectorQuery Query(bool exact, Filter? filter = null) => new()
            {
                TopK = 5,
                Vector = new float[] { 1, -0.5f, 0.25f, 0.75f },
                IncludeValues = true,
                IncludeMetadata = true,
                Exact = exact,
                Filter = filter,
            };
            var filter = Filter.Parse(JsonDocument.Parse("""{"even": true}""").RootElement);
            Ask($"{ns} scan", index => Show(index.Query(ns, Query(exact: true))));
            Ask($"{ns} codes", index => Show(index.Query(ns, Query(exact: false))));
            Ask($"{ns} filter", index => Show(index.Query(ns, Query(exact: true, filter))));
            Ask($"{ns} sparse", index => Show(index.Query(ns, Query(true) with { Sparse = SparseVector.Create([1, 5], [1, 2]) })));
            Ask($"{ns} fetch", index => string.Join('\n', index.Fetch(ns, [.. Enumerable.Range(0, 44).Select(i => $"id-{i}")]).Records.Select(Show)));
            Ask($"{ns} lsn", index => index.Fetch(ns, []).MaxIndexedLsn.ToString());
            Ask($"{ns} list", index => string.Join(',', index.ListIds(ns, "id-", 100, null).Ids));
            Ask($"{ns} count", index => index.Count(ns, filter).Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        Ask("alias", index => string.Join('\n', index.Fetch("alias", ["id-1"]).Records.Select(Show)));
        return answers;

        void Ask(string question, Func<VectorIndex, string> ask)
        {
            try
            {
                answers[question] = ask(engine.GetIndex("docs"));
            }
            catch (StorageException e) when (e.Code is StorageErrorCode.DataCorruption or StorageErrorCode.Unavailable)
            {
                // refused, which is what damage is to be
            }
        }
    }

    public static string Show(VectorRecord record) =>
        $"{record.Id} [{string.Join(' ', record.Values.ToArray())}] {Show(record.Metadata)} {Show(record.Sparse)}";

    public void Dispose()
    {
        _original.Dispose();
        _copies.Dispose();
    }

    private async Task RememberAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await using var engine = Open(NewCopy());
        Whole = Answers(engine);
        foreach (var record in engine.GetIndex("docs").Fetch("a", [.. Enumerable.Range(0, 44).Select(i => $"id-{i}")]).Records)
            Records[record.Id] = Show(record);
    }

    private static string Show(QueryResult result) => string.Join('\n', result.Matches.Select(match =>
        $"{match.Id} {match.Score} [{string.Join(' ', match.Values.ToArray())}] {Show(match.Metadata)} {Show(match.Sparse)}"));

    private static string Show(RecordMetadata? metadata) => metadata is null ? "" : Encoding.UTF8.GetString(metadata.Json.Span);

    private static string Show(SparseVector? sparse) =>
        sparse is null ? "" : $"{string.Join(' ', sparse.Indices.ToArray())}:{string.Join(' ', sparse.Values.ToArray())}";

    private static VectorRecord Record(Random random, int i) => new(
        $"id-{i}",
        Vector(random),
        i % 3 == 0 ? SparseVector.Create([1, (uint)(i + 2)], [0.5f, i + 1]) : null,
        Metadata($$"""{"n":{{i}},"even":{{(i % 2 == 0 ? "true" : "false")}},"text":"{{new string((char)('a' + (i % 26)), 30)}}"}"""));

    private static RecordMetadata Metadata(string json) => RecordMetadata.Parse(JsonDocument.Parse(json).RootElement)!;

    private static float[] Vector(Random random) => [.. Enumerable.Range(0, Dimension).Select(_ => (float)((random.NextDouble() * 2) - 1))];

    private static void Copy(string from, string to)
    {
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "LOCK"))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
