using System.Text.Json;
using VectorServer.Storage.Tests.Contract;

namespace VectorServer.Storage.Tests.Backups;

/// <summary>What tests of backups need beside an engine: short ways to back up, to restore, and to compare two indexes by all they answer.</summary>
public abstract class BackupContract : IndexContract
{
    protected string BackupsDirectory => Path.Combine(DataDirectory, "backups");

    protected List<string> LogLines { get; } = [];

    protected override EngineOptions Options => base.Options with { Log = Log };

    protected Task<BackupInfo> BackUpAsync(VectorIndex index, string id = "b1") => Engine.Backups.CreateAsync(index, id, "{}", Cancellation);

    protected Task<VectorIndex> RestoreAsync(string id = "b1", string name = "restored", Compression compression = Compression.Auto) =>
        Engine.RestoreIndexAsync(id, new IndexDescriptor { Name = name, Compression = compression }, null, Cancellation);

    protected static Task<StorageException> FailAsync(Func<Task> work) => Assert.ThrowsAsync<StorageException>(work);

    /// <summary>A backup and an index under this name are there as a whole, or nothing of them is.</summary>
    protected void AssertNothingLeft(string backupId, string indexName)
    {
        Assert.False(Directory.Exists(Path.Combine(BackupsDirectory, backupId)));
        AssertNoIndexLeft(indexName);
        AssertNoTemporaries();
    }

    protected void AssertNoIndexLeft(string name)
    {
        Assert.False(Engine.TryGetIndex(name, out _));
        Assert.False(Directory.Exists(Path.Combine(DataDirectory, "indexes", name)));
        AssertNoTemporaries();
    }

    protected void AssertNoTemporaries() =>
        Assert.Empty(Directory.GetDirectories(DataDirectory, ".tmp-*", SearchOption.AllDirectories));

    /// <summary>Fetches, listings, descriptions, counts and queries of every kind give the same in both.</summary>
    protected static void AssertSameAnswers(VectorIndex expected, VectorIndex actual)
    {
        Assert.Equal(Namespaces(expected), Namespaces(actual));
        var random = new Random(17);
        foreach (var (name, _, _) in Namespaces(expected))
        {
            Assert.Equal(Stats(expected, name), Stats(actual, name));
            Assert.Equal(Records(expected, name), Records(actual, name));
            Assert.Equal(expected.ListIds(name, "r1", 1000, null).MaxIndexedLsn, actual.ListIds(name, "r1", 1000, null).MaxIndexedLsn);
            foreach (var query in Queries(expected, random))
            {
                var (wanted, got) = (expected.Query(name, query, Cancellation), actual.Query(name, query, Cancellation));
                Assert.Equal(wanted.Matches.Select(match => (match.Id, match.Score)), got.Matches.Select(match => (match.Id, match.Score)));
            }
        }
    }

    protected static List<(string Id, string Values, string Sparse, string Metadata)> Records(VectorIndex index, string ns)
    {
        var ids = index.ListIds(ns, null, 100_000, null).Ids;
        var records = index.Fetch(ns, [.. ids]).Records.ToDictionary(record => record.Id);
        Assert.Equal(ids.Count, records.Count);
        return [.. ids.Select(id => (id, Text(records[id].Values.Span), Text(records[id].Sparse), Json(records[id].Metadata)))];
    }

    private static List<(string Name, long Records, string Fields)> Namespaces(VectorIndex index) =>
        [.. index.ListNamespaces(null, 1000, null).Namespaces
            .Select(ns => (ns.Name, ns.RecordCount, ns.FilterableFields is null ? "all" : string.Join(',', ns.FilterableFields)))];

    private static NamespaceStorageStats Stats(VectorIndex index, string ns) =>
        index.Stats().Namespaces.Single(stats => stats.Name == ns) with { DeletedRows = 0, CertifiedShare = null, CodedRows = 0 };

    private static IEnumerable<VectorQuery> Queries(VectorIndex index, Random random)
    {
        var descriptor = index.Descriptor;
        var filters = new[] { null, Filter("""{"n":{"$gte":3}}"""), Filter("""{"kind":{"$in":["a","c"]}}""") };
        foreach (var filter in filters)
        {
            if (descriptor.VectorType == VectorType.Dense)
                yield return new VectorQuery { TopK = 10, Vector = RandomVector(random, descriptor.Dimension), Filter = filter };
            if (descriptor.VectorType == VectorType.Sparse)
                yield return new VectorQuery { TopK = 10, Sparse = SparseVector.Create([1, 3, 5], [1, 2, 3]), Filter = filter };
            if (descriptor is not { VectorType: VectorType.Dense, Metric: Metric.DotProduct })
                continue;
            var dense = RandomVector(random, descriptor.Dimension);
            yield return new VectorQuery { TopK = 10, Vector = dense, Sparse = SparseVector.Create([1, 3], [1, 2]), Filter = filter };
        }
    }

    private static string Text(ReadOnlySpan<float> values) => JsonSerializer.Serialize(values.ToArray());

    private static string Text(SparseVector? sparse) =>
        sparse is null ? "" : JsonSerializer.Serialize(sparse.Indices.ToArray()) + JsonSerializer.Serialize(sparse.Values.ToArray());

    private void Log(string line)
    {
        lock (LogLines)
            LogLines.Add(line);
    }
}
