namespace VectorServer.Storage.Tests.Contract;

public sealed class QueryTests : IndexContract
{
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.DotProduct)]
    [InlineData(Metric.Euclidean)]
    public async Task Matches_are_the_nearest_by_the_metric_with_exact_scores(Metric metric)
    {
        const int Dimension = 17;
        var random = new Random(1);
        var index = CreateDense(dimension: Dimension, metric: metric);
        var records = Enumerable.Range(0, 500).Select(i => Dense($"r{i:D3}", RandomVector(random, Dimension))).ToArray();
        await index.UpsertAsync("", records, Cancellation);
        var query = RandomVector(random, Dimension);

        var matches = index.Query("", new VectorQuery { TopK = 20, Vector = query }, Cancellation).Matches;

        var expected = records
            .Select(record => (record.Id, Score: Reference(metric, record.Values.Span, query)))
            .OrderBy(match => metric == Metric.Euclidean ? match.Score : -match.Score)
            .Take(20)
            .ToArray();
        Assert.Equal(expected.Select(match => match.Id), matches.Select(match => match.Id));
        Assert.All(expected.Zip(matches), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5));
    }

    [Fact]
    public async Task TopK_above_the_row_count_returns_every_record()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0, 0]), Dense("b", [0, 1, 0])], Cancellation);

        foreach (var topK in new[] { 10_000, int.MaxValue })
            Assert.Equal(2, index.Query("", new VectorQuery { TopK = topK, Vector = new float[] { 1, 0, 0 } }, Cancellation).Matches.Count);
    }

    [Fact]
    public async Task Equal_scores_are_ordered_by_id_also_where_topK_cuts()
    {
        var index = CreateDense();
        var ids = Enumerable.Range(0, 100).Select(i => $"r{i:D3}").ToArray();
        var shuffled = ids.ToArray();
        new Random(3).Shuffle(shuffled);
        await index.UpsertAsync("", [.. shuffled.Select(id => Dense(id, [1, 2, 3]))], Cancellation);

        var matches = index.Query("", new VectorQuery { TopK = 10, Vector = new float[] { 3, 2, 1 } }, Cancellation).Matches;

        Assert.Equal(ids.Take(10), matches.Select(match => match.Id));
    }

    [Fact]
    public async Task Query_by_id_in_a_sparse_index_asks_with_the_sparse_vector()
    {
        var index = CreateSparse();
        await index.UpsertAsync("", [Sparse("a", [1, 7], [1, 2]), Sparse("b", [7], [1]), Sparse("c", [3], [1])], Cancellation);

        var matches = index.Query("", new VectorQuery { TopK = 3, Id = "a" }, Cancellation).Matches;

        Assert.Equal(["a", "b"], matches.Select(match => match.Id));
        Assert.Equal([5f, 2f], matches.Select(match => match.Score));
    }

    [Fact]
    public async Task Query_by_id_finds_the_record_itself_first_and_an_unknown_id_nothing()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0.1f, 0]), Dense("b", [0, 1, 0])], Cancellation);

        Assert.Equal("b", index.Query("", new VectorQuery { TopK = 1, Id = "b" }, Cancellation).Matches[0].Id);
        Assert.Empty(index.Query("", new VectorQuery { TopK = 1, Id = "absent" }, Cancellation).Matches);
    }

    [Fact]
    public async Task An_all_zero_query_returns_topK_records()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0, 0]), Dense("b", [0, 1, 0])], Cancellation);

        Assert.Equal(2, index.Query("", new VectorQuery { TopK = 5, Vector = new float[3] }, Cancellation).Matches.Count);
    }

    [Fact]
    public async Task Values_and_metadata_come_only_when_asked_for()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 2, 3], """{"genre":"drama"}""")], Cancellation);

        var bare = index.Query("", new VectorQuery { TopK = 1, Id = "a" }, Cancellation).Matches[0];
        var full = index.Query("", new VectorQuery { TopK = 1, Id = "a", IncludeValues = true, IncludeMetadata = true }, Cancellation).Matches[0];

        Assert.True(bare.Values.IsEmpty);
        Assert.Null(bare.Metadata);
        Assert.Equal([1, 2, 3], full.Values.ToArray());
        Assert.Equal("""{"genre":"drama"}""", Json(full.Metadata));
    }

    [Theory]
    [InlineData(Compression.Float32)]
    [InlineData(Compression.SpectralK64)]
    public async Task A_filtered_query_returns_topK_when_that_many_match(Compression compression)
    {
        const int Dimension = 16;
        var random = new Random(5);
        var index = CreateDense(dimension: Dimension, compression: compression);
        for (var batch = 0; batch < 8; batch++)
        {
            await index.UpsertAsync(
                "",
                [.. Enumerable.Range(batch * 1000, 1000).Select(i => Dense($"r{i}", RandomVector(random, Dimension), $$"""{"group":{{i % 1000}}}"""))],
                Cancellation);
        }

        if (compression != Compression.Float32)
            await WaitFor.CodesAsync(index, Cancellation);
        var narrow = index.Query("", new VectorQuery { TopK = 8, Vector = RandomVector(random, Dimension), Filter = Filter("""{"group":7}""") }, Cancellation);
        var wide = index.Query(
            "",
            new VectorQuery { TopK = 1000, Vector = RandomVector(random, Dimension), Filter = Filter("""{"group":{"$lt":900}}"""), IncludeMetadata = true },
            Cancellation);

        Assert.Equal(8, narrow.Matches.Count);
        Assert.All(narrow.Matches, match => Assert.Equal(7, int.Parse(match.Id[1..], System.Globalization.CultureInfo.InvariantCulture) % 1000));
        Assert.Equal(1000, wide.Matches.Count);
        Assert.Equal(1000, wide.Matches.Select(match => match.Id).Distinct().Count());
    }

    [Fact]
    public async Task Deleted_and_replaced_records_are_not_matched()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [Dense("a", [1, 0, 0]), Dense("b", [0.9f, 0.1f, 0]), Dense("c", [0, 1, 0])], Cancellation);
        await index.DeleteAsync("", ["a"], Cancellation);
        await index.UpsertAsync("", [Dense("b", [0, 0, 1])], Cancellation);

        var matches = index.Query("", new VectorQuery { TopK = 3, Vector = new float[] { 1, 0, 0 } }, Cancellation).Matches;

        Assert.Equal(["b", "c"], matches.Select(match => match.Id));
        Assert.All(matches, match => Assert.Equal(0, match.Score, 1e-6));
    }

    [Theory]
    [InlineData(Compression.SpectralK64, Metric.Cosine)]
    [InlineData(Compression.SpectralK256, Metric.DotProduct)]
    [InlineData(Compression.SpectralK128, Metric.Euclidean)]
    public async Task Codes_keep_recall_and_scores_are_those_of_an_exact_query(Compression compression, Metric metric)
    {
        const int Dimension = 64;
        var random = new Random(11);
        var centres = Enumerable.Range(0, 40).Select(_ => RandomVector(random, Dimension)).ToArray();
        float[] Draw() => [.. centres[random.Next(centres.Length)].Select(x => x + (float)((random.NextDouble() - 0.5) * 0.8))];
        var index = CreateDense(dimension: Dimension, metric: metric, compression: compression);
        for (var batch = 0; batch < 8; batch++)
            await index.UpsertAsync("", [.. Enumerable.Range(batch * 1000, 1000).Select(i => Dense($"r{i}", Draw()))], Cancellation);
        await WaitFor.CodesAsync(index, Cancellation);

        var found = 0;
        for (var i = 0; i < 50; i++)
        {
            var query = Draw();
            var exact = index.Query("", new VectorQuery { TopK = 10, Vector = query, Exact = true }, Cancellation).Matches;
            var coded = index.Query("", new VectorQuery { TopK = 10, Vector = query }, Cancellation).Matches;
            var scores = exact.ToDictionary(match => match.Id, match => match.Score);
            found += coded.Count(match => scores.ContainsKey(match.Id));
            Assert.All(coded.Where(match => scores.ContainsKey(match.Id)), match => Assert.Equal(scores[match.Id], match.Score));
        }

        Assert.Equal(compression.ToName(), Assert.Single(index.Stats().Namespaces).Compression);
        Assert.True(found >= 475, $"recall@10 {found / 500.0} is below 0.95"); // K of 32 bins kept, 160 candidates rescored
    }

    [Fact]
    public async Task Sparse_queries_score_by_inner_product()
    {
        var index = CreateSparse();
        await index.UpsertAsync(
            "",
            [Sparse("a", [1, 5], [1, 2]), Sparse("b", [5, 4_294_967_295], [1, 3]), Sparse("c", [9], [1])],
            Cancellation);

        var matches = index.Query("", new VectorQuery { TopK = 10, Sparse = SparseVector.Create([5, 4_294_967_295], [2, 1]), IncludeValues = true }, Cancellation).Matches;

        Assert.Equal(["b", "a"], matches.Select(match => match.Id));
        Assert.Equal([5, 4], matches.Select(match => match.Score));
        Assert.Equal([5u, 4_294_967_295u], matches[0].Sparse!.Indices.ToArray());
    }

    [Fact]
    public async Task Hybrid_queries_add_dense_and_sparse_parts()
    {
        var index = CreateDense(metric: Metric.DotProduct);
        await index.UpsertAsync(
            "",
            [
                Dense("dense", [2, 0, 0]),
                Dense("both", [1, 0, 0]) with { Sparse = SparseVector.Create([4], [3]) },
            ],
            Cancellation);

        var matches = index.Query("", new VectorQuery { TopK = 2, Vector = new float[] { 1, 0, 0 }, Sparse = SparseVector.Create([4], [1]) }, Cancellation).Matches;

        Assert.Equal(["both", "dense"], matches.Select(match => match.Id));
        Assert.Equal([4, 2], matches.Select(match => match.Score));
    }

    [Fact]
    public async Task Queries_of_the_wrong_kind_are_refused()
    {
        var dense = CreateDense();
        var sparse = CreateSparse();
        var euclidean = CreateDense("euclidean", metric: Metric.Euclidean);
        await dense.UpsertAsync("", [Dense("a", [1, 2, 3]) with { Sparse = SparseVector.Create([1], [1]) }], Cancellation);

        var hybridInEuclidean = Assert.Throws<StorageException>(
            () => euclidean.Query("", new VectorQuery { TopK = 1, Vector = new float[3], Sparse = SparseVector.Create([1], [1]) }, Cancellation));
        var wrongDimension = Assert.Throws<StorageException>(() => dense.Query("", new VectorQuery { TopK = 1, Vector = new float[4] }, Cancellation));
        var sparseInCosine = Assert.Throws<StorageException>(
            () => dense.Query("", new VectorQuery { TopK = 1, Sparse = SparseVector.Create([1], [1]) }, Cancellation));
        var denseInSparse = Assert.Throws<StorageException>(() => sparse.Query("", new VectorQuery { TopK = 1, Vector = new float[3] }, Cancellation));

        Assert.Equal("Vector dimension 4 does not match the dimension of the index 3", wrongDimension.Message);
        Assert.Equal("Index configuration does not support sparse values", sparseInCosine.Message);
        Assert.Equal("Index configuration does not support sparse values", hybridInEuclidean.Message);
        Assert.Equal(StorageErrorCode.InvalidArgument, denseInSparse.Code);
    }

    private static double Reference(Metric metric, ReadOnlySpan<float> row, ReadOnlySpan<float> query)
    {
        double dot = 0, rowSquares = 0, querySquares = 0, distance = 0;
        for (var i = 0; i < row.Length; i++)
        {
            dot += (double)row[i] * query[i];
            rowSquares += (double)row[i] * row[i];
            querySquares += (double)query[i] * query[i];
            distance += ((double)row[i] - query[i]) * ((double)row[i] - query[i]);
        }

        return metric switch
        {
            Metric.Cosine => dot / Math.Sqrt(rowSquares * querySquares),
            Metric.DotProduct => dot,
            _ => distance,
        };
    }
}
