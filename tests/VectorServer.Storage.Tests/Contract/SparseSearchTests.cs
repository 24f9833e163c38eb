namespace VectorServer.Storage.Tests.Contract;

/// <summary>Sparse and hybrid queries against the sum over all records. Values are eighths, so that sums are exact in any order.</summary>
public sealed class SparseSearchTests : IndexContract
{
    private const int Terms = 300;
    private const int Dimension = 8;

    [Theory]
    [InlineData(50, false, 10)]
    [InlineData(9000, false, 10)]
    [InlineData(9000, true, 10)]
    [InlineData(9000, true, 1000)]
    [InlineData(9000, false, 9000)]
    public async Task A_sparse_query_finds_the_best_of_all_records_that_share_an_index(int count, bool mixed, int topK)
    {
        var random = new Random(count + topK + (mixed ? 1 : 0));
        var index = CreateSparse();
        var records = Enumerable.Range(0, count).Select(i => Record(random, i, mixed, dense: false)).ToList();
        await WriteAsync(index, records, random);

        for (var round = 0; round < 20; round++)
        {
            var query = new VectorQuery { TopK = topK, Sparse = Weights(random, 1 + (round * 2), mixed) };
            Compare(records, index, query, record => SharesAnIndex(record, query));
            Compare(records, index, query with { Filter = Filter("""{"g":3}""") }, record => SharesAnIndex(record, query) && GroupOf(record) == 3);
        }
    }

    [Fact]
    public async Task A_record_that_shares_no_index_with_the_query_is_no_match()
    {
        var index = CreateSparse();
        await index.UpsertAsync("", [Sparse("a", [1], [2]), Sparse("b", [2], [3]), Sparse("c", [1, 2], [1, -1]), Sparse("d", [1, 2], [1, 1])], Cancellation);

        var matches = index.Query("", new VectorQuery { TopK = 10, Sparse = SparseVector.Create([2, 9], [-1, 5]) }, Cancellation).Matches;

        Assert.Equal([("c", 1f), ("d", -1f), ("b", -3f)], matches.Select(match => (match.Id, match.Score)));
        Assert.Empty(index.Query("", new VectorQuery { TopK = 10, Sparse = SparseVector.Create([9], [5]) }, Cancellation).Matches);
    }

    [Theory]
    [InlineData(60, Compression.Float32)]
    [InlineData(9000, Compression.Float32)]
    [InlineData(9000, Compression.SpectralK256)]
    public async Task A_hybrid_query_ranks_all_records_by_the_sum_of_both_parts(int count, Compression compression)
    {
        var random = new Random(count);
        var index = CreateDense("hybrid", Dimension, Metric.DotProduct, compression);
        var records = Enumerable.Range(0, count).Select(i => Record(random, i, mixed: true, dense: true)).ToList();
        await WriteAsync(index, records, random);
        if (compression != Compression.Float32)
            await WaitFor.CodesAsync(index, Cancellation);

        for (var round = 0; round < 10; round++)
        {
            var query = new VectorQuery { TopK = 10, Vector = Eighths(random, Dimension), Sparse = Weights(random, 20, mixed: true) };
            Compare(records, index, query, _ => true);
            Compare(records, index, query with { Filter = Filter("""{"g":{"$in":[1,3]}}""") }, record => GroupOf(record) is 1 or 3);
        }
    }

    private static async Task WriteAsync(VectorIndex index, List<VectorRecord> records, Random random)
    {
        foreach (var batch in records.Chunk(1000))
            await index.UpsertAsync("", batch, Cancellation);
        for (var i = 0; i < records.Count; i += 7)
            records[i] = Record(random, i, mixed: false, dense: records[i].Values.Length > 0);
        await index.UpsertAsync("", [.. records.Where((_, i) => i % 7 == 0)], Cancellation);
        var deleted = records.Where((_, i) => i % 5 == 1).ToArray();
        foreach (var batch in deleted.Chunk(1000))
            await index.DeleteAsync("", [.. batch.Select(record => record.Id)], Cancellation);
        records.RemoveAll(record => deleted.Contains(record));
    }

    private static void Compare(List<VectorRecord> records, VectorIndex index, VectorQuery query, Func<VectorRecord, bool> matches)
    {
        var expected = records.Where(matches)
            .Select(record => (record.Id, Score: Score(record, query)))
            .OrderByDescending(match => match.Score).ThenBy(match => match.Id, StringComparer.Ordinal).Take(query.TopK);

        Assert.Equal(expected, index.Query("", query, Cancellation).Matches.Select(match => (match.Id, match.Score)));
    }

    private static VectorRecord Record(Random random, int number, bool mixed, bool dense) => new(
        $"r{number:D5}",
        dense ? Eighths(random, Dimension) : default,
        Weights(random, 1 + random.Next(12), mixed),
        Metadata($$"""{"g":{{number % 10}}}"""));

    private static int GroupOf(VectorRecord record) => int.Parse(record.Id.AsSpan(1)) % 10;

    // Some indices are common and most are rare, as words are.
    private static SparseVector Weights(Random random, int count, bool mixed)
    {
        var indices = Enumerable.Range(0, count).Select(_ => (uint)(Terms * Math.Pow(random.NextDouble(), 3))).Distinct().ToArray();
        return SparseVector.Create(indices, [.. indices.Select(_ => (random.Next(1, 64) - (mixed ? 20.5f : 0)) / 8)]);
    }

    private static float[] Eighths(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(-32, 33) / 8f)];

    private static bool SharesAnIndex(VectorRecord record, VectorQuery query) => record.Sparse!.Indices.ToArray().Intersect(query.Sparse!.Indices.ToArray()).Any();

    private static double Score(VectorRecord record, VectorQuery query)
    {
        var stored = record.Sparse!.Indices.ToArray().Zip(record.Sparse.Values.ToArray()).ToDictionary();
        var score = query.Sparse!.Indices.ToArray().Zip(query.Sparse.Values.ToArray()).Sum(term => stored.GetValueOrDefault(term.First) * (double)term.Second);
        return query.Vector is { } vector ? score + vector.ToArray().Zip(record.Values.ToArray()).Sum(pair => (double)pair.First * pair.Second) : score;
    }
}
