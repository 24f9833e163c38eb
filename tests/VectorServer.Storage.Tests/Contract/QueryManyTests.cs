namespace VectorServer.Storage.Tests.Contract;

/// <summary>Several queries at once, thresholds of scores, and counts.</summary>
public sealed class QueryManyTests : IndexContract
{
    private readonly Random _random = new(41);

    [Fact]
    public async Task Each_query_is_answered_in_its_place_as_if_it_were_alone()
    {
        var index = CreateDense();
        await index.UpsertAsync("left", [.. Enumerable.Range(0, 50).Select(i => Dense($"l{i}", RandomVector(_random, 3)))], Cancellation);
        await index.UpsertAsync("right", [.. Enumerable.Range(0, 50).Select(i => Dense($"r{i}", RandomVector(_random, 3)))], Cancellation);
        index.CreateAlias("alias", "right");
        var queries = Enumerable.Range(0, 40)
            .Select(i => new NamespaceQuery(
                new[] { "left", "right", "alias", "absent" }[i % 4], new VectorQuery { TopK = 1 + (i % 7), Vector = RandomVector(_random, 3) }))
            .ToArray();

        var together = index.QueryMany(queries, Cancellation);

        Assert.Equal(queries.Length, together.Count);
        Assert.All(queries.Zip(together), pair =>
        {
            var alone = index.Query(pair.First.Namespace, pair.First.Query, Cancellation);
            Assert.Equal(alone.Matches, pair.Second.Matches);
            Assert.Equal((alone.Namespace, alone.MaxIndexedLsn), (pair.Second.Namespace, pair.Second.MaxIndexedLsn));
        });
    }

    [Fact]
    public async Task Queries_of_one_namespace_see_it_at_one_moment()
    {
        var index = CreateDense();
        using var done = new CancellationTokenSource();
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; !done.IsCancellationRequested; i++)
                    await index.UpsertAsync("", [Dense($"r{i}", [1, i, 1])], Cancellation);
            },
            Cancellation);
        var queries = Enumerable.Repeat(new NamespaceQuery("", new VectorQuery { TopK = 1, Vector = new float[] { 1, 1, 1 } }), 20).ToArray();

        for (var i = 0; i < 50; i++)
            Assert.Single(index.QueryMany(queries, Cancellation).Select(result => result.MaxIndexedLsn).Distinct());

        await done.CancelAsync();
        await writing;
    }

    [Fact]
    public void A_query_that_breaks_a_rule_is_named_by_its_place()
    {
        var index = CreateDense();
        var good = new NamespaceQuery("", new VectorQuery { TopK = 1, Vector = new float[] { 1, 0, 0 } });
        var bad = new NamespaceQuery("", new VectorQuery { TopK = 1, Vector = new float[] { 1, 0 } });

        var refused = Assert.Throws<StorageException>(() => index.QueryMany([good, bad], Cancellation));

        Assert.Equal(StorageErrorCode.InvalidArgument, refused.Code);
        Assert.EndsWith("(queries[1])", refused.Message);
    }

    [Theory]
    [InlineData(Metric.Cosine, 0.5f, new[] { "same", "near" })]
    [InlineData(Metric.DotProduct, 1f, new[] { "near", "same" })]
    public async Task Matches_below_the_least_score_are_left_out(Metric metric, float minScore, string[] expected)
    {
        var index = CreateDense(metric: metric);
        await index.UpsertAsync("", [Dense("same", [1, 0, 0]), Dense("near", [2, 2, 0]), Dense("far", [0, 1, 0])], Cancellation);

        var result = index.Query("", new VectorQuery { TopK = 10, Vector = new float[] { 1, 0, 0 }, MinScore = minScore }, Cancellation);

        Assert.Equal(expected, result.Matches.Select(match => match.Id));
    }

    [Fact]
    public async Task Matches_beyond_the_greatest_distance_are_left_out()
    {
        var index = CreateDense(metric: Metric.Euclidean);
        await index.UpsertAsync("", [Dense("a", [1, 0, 0]), Dense("b", [3, 0, 0]), Dense("c", [4, 0, 0])], Cancellation);

        string[] Within(float distance) =>
            [.. index.Query("", new VectorQuery { TopK = 10, Vector = new float[] { 1, 0, 0 }, MaxDistance = distance }, Cancellation).Matches.Select(match => match.Id)];

        Assert.Equal(["a", "b"], Within(4));
        Assert.Equal(["a"], Within(0));
    }

    [Theory]
    [InlineData(Metric.Euclidean, 0.5f, null)]
    [InlineData(Metric.Cosine, null, 0.5f)]
    [InlineData(Metric.DotProduct, null, 0.5f)]
    [InlineData(Metric.Euclidean, null, -1f)]
    public void A_threshold_that_the_metric_does_not_have_is_refused(Metric metric, float? minScore, float? maxDistance)
    {
        var index = CreateDense(metric: metric);
        var query = new VectorQuery { TopK = 1, Vector = new float[] { 1, 0, 0 }, MinScore = minScore, MaxDistance = maxDistance };

        Assert.Equal(StorageErrorCode.InvalidArgument, Assert.Throws<StorageException>(() => index.Query("", query, Cancellation)).Code);
    }

    [Fact]
    public async Task Counts_are_of_live_records_that_match()
    {
        var index = CreateDense();
        await index.UpsertAsync("", [.. Enumerable.Range(0, 10).Select(i => Dense($"r{i}", [1, i, 0], $$"""{"n":{{i}}}"""))], Cancellation);
        await index.DeleteAsync("", ["r3"], Cancellation);

        Assert.Equal(9, index.Count("", null).Count);
        Assert.Equal(4, index.Count("", Filter("""{"n":{"$lt":5}}""")).Count);
        Assert.Equal(0, index.Count("absent", Filter("""{"n":1}""")).Count);
    }
}
