using System.Globalization;
using VectorServer.Storage;

namespace VectorServer.Benchmarks.Driver;

/// <summary>
/// One engine with one index, behind the framework's types alone, so that a bench can load this assembly twice, over two builds of the
/// engine. Only what both builds have is called; what a newer one adds to an explanation is looked up by name.
/// </summary>
public sealed class EngineDriver
{
    private const int RowsPerLoad = 20_000;

    private readonly VectorEngine _engine;
    private readonly VectorIndex _index;

    private EngineDriver(VectorEngine engine, VectorIndex index) => (_engine, _index) = (engine, index);

    /// <param name="directory">An empty one.</param>
    /// <param name="metric">The number of a <see cref="Metric"/>.</param>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="kind">The name of an <see cref="IndexKind"/>.</param>
    /// <param name="compression">The name of a <see cref="Compression"/>.</param>
    public static EngineDriver Open(string directory, int metric, int dimension, string kind, string compression)
    {
        if (!IndexKindNames.TryParse(kind, out var indexKind) || !CompressionNames.TryParse(compression, out var code))
            throw new ArgumentException($"{kind} is no kind of index, or {compression} no compression.");
        var engine = VectorEngine.Open(new EngineOptions { DataDirectory = directory, Durability = Durability.Os, IdleClose = TimeSpan.Zero });
        var index = engine.CreateIndex(new IndexDescriptor
        {
            Name = "kinds",
            Dimension = dimension,
            Metric = (Metric)metric,
            Compression = code,
            Search = new SearchOptions { Kind = indexKind },
        });
        return new EngineDriver(engine, index);
    }

    /// <summary>Loads all rows; a record's id is its row's number.</summary>
    public async Task LoadAsync(float[] rows, int dimension)
    {
        var count = rows.Length / dimension;
        for (var first = 0; first < count; first += RowsPerLoad)
        {
            await _index.LoadAsync("", [.. Enumerable.Range(first, Math.Min(RowsPerLoad, count - first)).Select(row =>
                new VectorRecord(row.ToString(CultureInfo.InvariantCulture), rows.AsMemory(row * dimension, dimension)))]).ConfigureAwait(false);
        }
    }

    /// <summary>Asks, and tells how many matches there are.</summary>
    public int Run(ReadOnlyMemory<float> query, int topK, bool exact) => Query(query, topK, exact, explain: false).Matches.Count;

    /// <summary>Asks, and tells the rows that match, the plan, how many were rescored, and whether the answer is certified: null where the build does not say.</summary>
    public (int[] Rows, string Plan, int Rescored, bool? Certified) Ask(ReadOnlyMemory<float> query, int topK)
    {
        var result = Query(query, topK, exact: false, explain: true);
        var explanation = result.Explanation!;
        return (
            [.. result.Matches.Select(match => int.Parse(match.Id, CultureInfo.InvariantCulture))],
            explanation.Plan,
            explanation.Rescored,
            explanation.GetType().GetProperty("IsCertified")?.GetValue(explanation) as bool?);
    }

    /// <summary>The codes in use, their bytes a row, and the approximate index in use.</summary>
    public (string Compression, double CodeBytes, string IndexKind) Describe()
    {
        var stats = _index.Stats().Namespaces[0];
        return (stats.Compression, Convert.ToDouble(stats.GetType().GetProperty("CodeBytesPerVector")?.GetValue(stats), CultureInfo.InvariantCulture), stats.IndexKind);
    }

    public Task CloseAsync() => _engine.DisposeAsync().AsTask();

    private QueryResult Query(ReadOnlyMemory<float> query, int topK, bool exact, bool explain) =>
        _index.Query("", new VectorQuery { TopK = topK, Vector = query, Exact = exact, Explain = explain });
}
