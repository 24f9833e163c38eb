using System.Globalization;
using System.Text.Json;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>
/// Writes, reads, compaction, index builds, and the removal of namespaces and of whole indexes, against each other. Records come and go in
/// groups, each in one write, so a read that shows a part of a group, or of a record, is torn.
/// </summary>
public sealed class LifecycleRaceTests : IndexContract
{
    private const int Dimension = 4;
    private const int Groups = 8;
    private const int GroupRecords = 5;
    private const int BaseRecords = 1_200; // enough for an approximate index
    private const int Writes = 150; // of each writer

    private static readonly string[] Indexes = ["kept", "dropped"];
    private static readonly string[] Namespaces = ["", "one", "two"];

    protected override EngineOptions Options => base.Options with { CheckpointLogBytes = 8 << 10 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_read_is_torn_and_nothing_fails_but_by_the_contract_whatever_is_removed_meanwhile(int seed)
    {
        foreach (var name in Indexes)
            Create(name);
        using var done = new CancellationTokenSource();
        var random = new Random(seed);
        Func<Random, Task>[] meanwhile = [ReadAsync, ReadAsync, MaintainAsync, RemoveNamespacesAsync, RemoveIndexAsync];
        var background = meanwhile.Select(work => Repeat(work, random.Next(), done.Token)).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => new Random(random.Next())).Select(own => Task.Run(async () =>
        {
            for (var i = 0; i < Writes; i++)
                await ByContractAsync(() => WriteAsync(own));
        }, Cancellation)));
        await done.CancelAsync();
        await Task.WhenAll(background);

        Create("dropped");
        foreach (var name in Indexes)
            await Engine.GetIndex(name).UpsertAsync("last", Group(1, 1), Cancellation);
        var before = Indexes.Select(name => AtRest(Engine.GetIndex(name))).ToArray();
        await ReopenAsync();
        Assert.Equal(before, Indexes.Select(name => AtRest(Engine.GetIndex(name))));
    }

    private static Task Repeat(Func<Random, Task> work, int seed, CancellationToken done) => Task.Run(async () =>
    {
        var random = new Random(seed);
        while (!done.IsCancellationRequested)
            await ByContractAsync(() => work(random));
    }, Cancellation);

    /// <summary>What was removed is not found, what is made anew may be there already, and an index that goes is closed.</summary>
    private static async Task ByContractAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (StorageException e)
        {
            Assert.True(e.Code is StorageErrorCode.NotFound or StorageErrorCode.AlreadyExists or StorageErrorCode.Unavailable, e.ToString());
            Assert.True(e.Code == StorageErrorCode.NotFound || e.InnerException is null, e.ToString()); // a disk that fails is no part of it, but files may be gone
        }
    }

    private void Create(string name)
    {
        if (!Engine.TryGetIndex(name, out _))
            Engine.CreateIndex(new IndexDescriptor { Name = name, Dimension = Dimension, Metric = Metric.DotProduct });
    }

    private VectorIndex AnyIndex(Random random) => Engine.GetIndex(Indexes[random.Next(Indexes.Length)]);

    private static string AnyNamespace(Random random) => Namespaces[random.Next(Namespaces.Length)];

    private async Task WriteAsync(Random random)
    {
        var (index, ns, group) = (AnyIndex(random), AnyNamespace(random), random.Next(Groups));
        switch (random.Next(12))
        {
            case 0:
                await index.DeleteAsync(ns, Ids(group), Cancellation);
                break;
            case 1:
                await index.DeleteByFilterAsync(ns, OfGroup(group), Cancellation);
                break;
            case 2:
                await index.UpdateByFilterAsync(ns, OfGroup(group), Metadata($$"""{"mark":{{random.Next(100)}}}"""), dryRun: false, 100, Cancellation);
                break;
            case 3:
                await index.LoadAsync(ns, Base(), Cancellation);
                break;
            case 4:
                await index.LoadAsync(ns, Group(group, random.Next()), Cancellation);
                break;
            default:
                await index.UpsertAsync(ns, Group(group, random.Next()), Cancellation);
                break;
        }
    }

    private async Task MaintainAsync(Random random)
    {
        var index = AnyIndex(random);
        Compression[] compressions = [Compression.Auto, Compression.Sq8, Compression.Spectral4Bit];
        IndexKind[] kinds = [IndexKind.Flat, IndexKind.Hnsw, IndexKind.IvfFlat];
        switch (random.Next(3))
        {
            case 0:
                await index.CompactAsync(AnyNamespace(random), Cancellation);
                break;
            case 1:
                await index.FlushAsync(Cancellation);
                break;
            default:
                Engine.ConfigureIndex(index.Descriptor.Name, descriptor => descriptor with
                {
                    Compression = compressions[random.Next(compressions.Length)],
                    Search = new SearchOptions { Kind = kinds[random.Next(kinds.Length)], HnswM = 4, HnswEfConstruction = 8 },
                });
                break;
        }
    }

    private async Task RemoveNamespacesAsync(Random random)
    {
        var (index, ns) = (AnyIndex(random), AnyNamespace(random));
        await index.DeleteNamespaceAsync(ns, Cancellation);
        if (random.Next(2) == 0)
            index.CreateNamespace(ns);
        await Task.Delay(random.Next(5), Cancellation);
    }

    private async Task RemoveIndexAsync(Random random)
    {
        await Task.Delay(random.Next(40), Cancellation);
        await Engine.DropIndexAsync("dropped");
        Create("dropped");
    }

    private Task ReadAsync(Random random)
    {
        var (index, ns, group) = (AnyIndex(random), AnyNamespace(random), random.Next(Groups));
        switch (random.Next(4))
        {
            case 0:
                CheckGroup(index.Fetch(ns, Ids(group)).Records);
                break;
            case 1:
                Assert.Contains(index.ListIds(ns, $"g{group}-", 100, null).Ids.Count, new[] { 0, GroupRecords });
                break;
            case 2:
                CheckGroup(Query(index, ns, new VectorQuery { TopK = 100, Vector = new float[] { 1, 2, 3, 4 }, Filter = OfGroup(group) }));
                break;
            default:
                CheckGroup(Query(index, ns, new VectorQuery { TopK = 100, Sparse = SparseVector.Create([(uint)group], [1]) }));
                break;
        }

        return Task.CompletedTask;
    }

    private static VectorRecord[] Query(VectorIndex index, string ns, VectorQuery query) =>
    [
        .. index.Query(ns, query with { IncludeValues = true, IncludeMetadata = true }, Cancellation).Matches
            .Select(match => new VectorRecord(match.Id, match.Values, match.Sparse, match.Metadata)),
    ];

    private static void CheckGroup(IReadOnlyList<VectorRecord> records)
    {
        Assert.Contains(records.Count, new[] { 0, GroupRecords });
        Assert.True(records.Select(record => Field(record, "version")).Distinct().Count() <= 1, "records of two writes of the group");
        Assert.True(records.Select(record => Field(record, "mark")).Distinct().Count() <= 1, "an update by filter is there in part");
        foreach (var record in records)
        {
            var written = Group(Field(record, "group"), Field(record, "version")).Single(other => other.Id == record.Id);
            Assert.Equal(written.Values.ToArray(), record.Values.ToArray());
            Assert.Equal(written.Sparse!.Values.ToArray(), record.Sparse!.Values.ToArray());
        }
    }

    private static int Field(VectorRecord record, string name) =>
        JsonDocument.Parse(record.Metadata!.Json).RootElement.TryGetProperty(name, out var value) ? value.GetInt32() : -1;

    private static string[] Ids(int group) => [.. Enumerable.Range(0, GroupRecords).Select(i => $"g{group}-{i}")];

    private static Storage.Filter OfGroup(int group) => Filter($$"""{"group":{{group}}}""")!;

    private static VectorRecord[] Group(int group, int version) =>
    [
        .. Ids(group).Select((id, i) => new VectorRecord(
            id,
            RandomVector(new Random(version + i), Dimension),
            SparseVector.Create([(uint)group], [1 + (version % 1000)]),
            Metadata($$"""{"group":{{group}},"version":{{version}}}"""))),
    ];

    private static VectorRecord[] Base() =>
        [.. Enumerable.Range(0, BaseRecords).Select(i => Dense($"base-{i}", RandomVector(new Random(i), Dimension)))];

    /// <summary>All that the index holds, as text; listings, counts, queries and descriptions must agree on it.</summary>
    private static string AtRest(VectorIndex index)
    {
        var texts = new List<string>();
        foreach (var ns in index.NamespaceNames())
        {
            var ids = index.ListIds(ns, null, 100_000, null).Ids;
            var found = index.Query(ns, new VectorQuery { TopK = 10_000, Vector = new float[] { 1, 2, 3, 4 }, Exact = true }, Cancellation).Matches;
            Assert.Equal(ids, found.Select(match => match.Id).Order(StringComparer.Ordinal));
            Assert.Equal(ids.Count, index.Count(ns, null).Count);
            Assert.Equal(ids.Count, index.DescribeNamespace(ns).RecordCount);
            for (var group = 0; group < Groups; group++)
                CheckGroup(index.Fetch(ns, Ids(group)).Records);
            texts.AddRange(index.Fetch(ns, ids).Records.Select(record =>
                string.Create(CultureInfo.InvariantCulture, $"{ns}/{record.Id} {string.Join(' ', record.Values.ToArray())} {Json(record.Metadata)}")));
        }

        Assert.Equal(texts.Count, index.Stats().TotalRecordCount);
        return string.Join('\n', texts);
    }
}
