using System.Text.Json;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Registry;

namespace VectorServer.Storage.Tests.Formats;

/// <summary>
/// What formats from 3 on hold beside <see cref="FormatData"/>, in a data directory of its own: a namespace large enough that all that is
/// derived of its rows is saved. It is never changed.
/// </summary>
internal static class DerivedFormatData
{
    public const string Folder = "derived";

    private const int Dimension = 16;
    private const int Rows = 1_040;
    private const string Index = "derived";
    private const string Namespace = "all of it";

    private static readonly string[] Files = ["ann.bin", "codec.bin", "codes.bin", "columns.bin", "ids.bin", "sparse.bin"];

    public static async Task WriteAsync(string directory, string target)
    {
        await using (var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory }))
        {
            var index = engine.CreateIndex(new IndexDescriptor
            {
                Name = Index,
                Dimension = Dimension,
                Metric = Metric.DotProduct,
                Compression = Compression.Rabitq,
                Search = new SearchOptions { Kind = IndexKind.Hnsw, HnswM = 4, HnswEfConstruction = 40, HnswEf = 200 },
            });
            await index.LoadAsync(Namespace, [.. Enumerable.Range(0, Rows).Select(Make)]);
            await CheckAsync(engine, CancellationToken.None);
        }

        var generation = Path.Combine(NamespaceLayout.Namespace(NamespaceLayout.Index(directory, Index), Namespace), "gen-000001");
        Assert.All(Files, file => Assert.True(File.Exists(Path.Combine(generation, file)), file));
        WriteClosed(directory);
        FormatData.Copy(directory, target);
        File.Delete(Path.Combine(target, "LOCK"));
    }

    /// <summary>Everything is made, and answers are those of a plain loop.</summary>
    public static async Task CheckAsync(VectorEngine engine, CancellationToken cancellation)
    {
        var index = engine.GetIndex(Index);
        Assert.Equal(Rows, index.Stats().Namespaces.Single().RecordCount);
        var filter = Filter.Parse(JsonDocument.Parse("""{"kind":"b"}""").RootElement);
        var sparse = SparseVector.Create([3, 105], [1, 2]);
        foreach (var query in new[] { 0, 517, 1039 }.Select(Values))
        {
            float Dense(int row) => Values(row).Zip(query, (left, right) => left * right).Sum();
            float Hybrid(int row) => Dense(row) + (row % 2 == 0 ? 0 : (row % 7 == 3 ? 0.5f : 0) + (row % 50 == 5 ? 2 * (row % 9 + 0.25f) : 0));

            Same(Dense, _ => true, new VectorQuery { TopK = 5, Vector = query });
            Same(Dense, row => row % 3 == 1, new VectorQuery { TopK = 5, Vector = query, Filter = filter });
            Same(Hybrid, row => row % 3 == 1, new VectorQuery { TopK = 5, Vector = query, Sparse = sparse, Filter = filter });
        }

        while (index.Stats().Namespaces.Single() is var stats && (stats.Compression, stats.IndexKind, stats.IndexedRows) != ("rabitq", "hnsw", Rows))
            await Task.Delay(10, cancellation);
        await WaitFor.CodesAsync(index, cancellation, Namespace);

        void Same(Func<int, float> score, Func<int, bool> matches, VectorQuery query) => Assert.Equal(
            Enumerable.Range(0, Rows).Where(matches).OrderByDescending(score).ThenBy(IdOf, StringComparer.Ordinal).Take(query.TopK).Select(IdOf),
            index.Query(Namespace, query, cancellation).Matches.Select(match => match.Id));
    }

    /// <summary>What a stop writes of an index with many namespaces; a reader takes it of any number.</summary>
    private static void WriteClosed(string directory)
    {
        var path = NamespaceLayout.Index(directory, Index);
        var counts = CountsFile.TryRead(NamespaceLayout.Counts(NamespaceLayout.Namespace(path, Namespace)));
        ClosedNamespacesFile.Write(new IO.Disk(), NamespaceLayout.ClosedNamespaces(path), [(Namespace, new LeftNamespace(counts!, null))]);
    }

    private static string IdOf(int row) => $"r{row:D4}";

    private static VectorRecord Make(int row) => new(
        IdOf(row),
        Values(row),
        row % 2 == 0 ? null : SparseVector.Create([(uint)(row % 7), (uint)(100 + (row % 50))], [0.5f, (row % 9) + 0.25f]),
        RecordMetadata.Parse(JsonSerializer.SerializeToElement(new { kind = "abc".Substring(row % 3, 1) })));

    private static float[] Values(int row) => [.. Enumerable.Range(0, Dimension).Select(j => (((row * 31 * (j + 1)) + (j * j * 17)) % 211) - 105f)];
}
