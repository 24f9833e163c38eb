namespace VectorServer.Storage.Tests.Contract;

/// <summary>What a query tells of how it was answered.</summary>
public sealed class ExplainTests : IndexContract
{
    private const int Dimension = 16;
    private const int Rows = 6500; // above those that are scanned raw

    // Of scores up to about 10, and eight bits a coordinate.
    private const float EstimateTolerance = 0.3f;

    private readonly Random _random = new(31);

    [Fact]
    public async Task A_query_that_does_not_ask_is_not_explained()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0, 0])], Cancellation);

        Assert.Null(index.Query("", new VectorQuery { TopK = 1, Vector = new float[] { 1, 0, 0 } }, Cancellation).Explanation);
    }

    [Fact]
    public async Task Few_rows_are_scanned_exactly_and_only_live_ones_are_counted()
    {
        var index = CreateDense();
        var records = Enumerable.Range(0, 10).Select(i => Dense($"r{i}", [1, i, 0], $$"""{"even":{{(i % 2 == 0 ? "true" : "false")}}}"""));
        await index.UpsertAsync("", [.. records], Cancellation);
        await index.DeleteAsync("", ["r0"], Cancellation);

        var result = index.Query(
            "", new VectorQuery { TopK = 3, Vector = new float[] { 1, 0, 0 }, Filter = Filter("""{"even":true}"""), Explain = true }, Cancellation);

        var explanation = Assert.IsType<QueryExplanation>(result.Explanation);
        Assert.Equal(("exact", "float32", "flat"), (explanation.Plan, explanation.Compression, explanation.IndexKind));
        Assert.Equal((9, 4), (explanation.Rows, explanation.FilteredRows));
        Assert.Equal(new double?[] { null, null, null }, explanation.Estimates);
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.DotProduct)]
    [InlineData(Metric.Euclidean)]
    public async Task A_scan_of_codes_tells_how_many_it_rescored_and_what_the_codes_said(Metric metric)
    {
        var index = CreateDense(dimension: Dimension, metric: metric, compression: Compression.Sq8);
        await FillAsync(index);
        await WaitFor.CodesAsync(index, Cancellation);

        var result = index.Query("", Query() with { MaxCandidates = 50 }, Cancellation);

        var explanation = Assert.IsType<QueryExplanation>(result.Explanation);
        Assert.Equal(("codes", "sq8", "flat"), (explanation.Plan, explanation.Compression, explanation.IndexKind));
        Assert.Equal((Rows, Rows, 50), (explanation.Rows, explanation.FilteredRows, explanation.Rescored));
        Assert.InRange(explanation.Candidates, 50, Rows - 1); // the bounds have ruled out the others
        AssertEstimates(result);
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.DotProduct)]
    [InlineData(Metric.Euclidean)]
    public async Task A_search_of_an_index_names_it_and_tells_what_it_said(Metric metric)
    {
        var index = Engine.CreateIndex(new IndexDescriptor
        {
            Name = "docs",
            Dimension = Dimension,
            Metric = metric,
            Compression = Compression.Float32,
            Search = new SearchOptions { Kind = IndexKind.Hnsw, HnswEf = 20 }, // by hand, or the scan may be found cheaper
        });
        await FillAsync(index);
        while (index.Stats().Namespaces[0].IndexedRows < Rows - 1000)
            await Task.Delay(20, Cancellation);

        var result = index.Query("", Query(), Cancellation);

        var explanation = Assert.IsType<QueryExplanation>(result.Explanation);
        Assert.Equal(("index", "hnsw"), (explanation.Plan, explanation.IndexKind));
        Assert.InRange(explanation.Rescored, 10, explanation.Candidates);
        Assert.False(explanation.IsCertified);
        AssertEstimates(result);
    }

    // Lists are read until no other can hold a nearer row: that is proof. A number of lists set by hand is none, codes of two bits neither.
    [Theory]
    [InlineData(IndexKind.IvfFlat, 1000, true)]
    [InlineData(IndexKind.IvfFlat, 1, false)]
    [InlineData(IndexKind.IvfPq, 1000, false)]
    public async Task A_search_of_lists_is_certified_where_bounds_ruled_out_all_others(IndexKind kind, int probes, bool isCertified)
    {
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var index = Engine.CreateIndex(new IndexDescriptor
            {
                Name = $"docs-{(int)metric}",
                Dimension = Dimension,
                Metric = metric,
                Search = new SearchOptions { Kind = kind, IvfProbes = probes },
            });
            await FillAsync(index);
            while (index.Stats().Namespaces[0].IndexedRows < Rows - 1000)
                await Task.Delay(20, Cancellation);

            for (var i = 0; i < 10; i++)
            {
                var query = Query();
                var result = index.Query("", query, Cancellation);

                var explanation = result.Explanation!;
                var bound = isCertified ? "deterministic" : null;
                Assert.Equal(("index", isCertified, bound), (explanation.Plan, explanation.IsCertified, explanation.Bound));
                var exact = index.Query("", query with { Exact = true }, Cancellation);
                if (isCertified)
                    Assert.Equal(exact.Matches.Select(match => match.Id), result.Matches.Select(match => match.Id));
            }
        }
    }

    [Fact]
    public async Task A_query_that_finds_nothing_to_search_is_explained_too()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0, 0])], Cancellation);

        var unknownId = index.Query("", new VectorQuery { TopK = 1, Id = "nobody", Explain = true }, Cancellation);
        var noNamespace = index.Query("nowhere", new VectorQuery { TopK = 1, Id = "a", Explain = true }, Cancellation);

        Assert.Equal(("there is nothing to search", 1), (unknownId.Explanation!.Why, unknownId.Explanation.Rows));
        Assert.Equal(("there is nothing to search", 0), (noNamespace.Explanation!.Why, noNamespace.Explanation.Rows));
    }

    private VectorQuery Query() => new() { TopK = 10, Vector = RandomVector(_random, Dimension), Explain = true };

    private async Task FillAsync(VectorIndex index)
    {
        VectorRecord Record(int i) => Dense($"r{i}", RandomVector(_random, Dimension));
        await index.UpsertAsync("", [.. Enumerable.Range(0, Rows).Select(Record)], Cancellation);
    }

    private static void AssertEstimates(QueryResult result)
    {
        Assert.Equal(10, result.Explanation!.Estimates.Count);
        Assert.All(result.Matches.Zip(result.Explanation.Estimates), pair => Assert.Equal(pair.First.Score, pair.Second!.Value, EstimateTolerance));
    }
}
