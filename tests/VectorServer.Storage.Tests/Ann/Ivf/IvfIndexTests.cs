using VectorServer.Storage.Ann.Ivf;
using VectorServer.Storage.Scoring;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Ann.Ivf;

public class IvfIndexTests
{
    private const int TopK = 10;

    // Clusters are what lists are for: a tenth of them holds all neighbours. So it does of noise in few dimensions, but for borders; in many
    // dimensions every list is nearly as near as the next, the worst case there is: when written a tenth of them found half. Chance
    // would find a tenth.
    [Theory]
    [InlineData(IndexKind.IvfFlat, Metric.Cosine, 32, true, 0.95)]
    [InlineData(IndexKind.IvfFlat, Metric.Euclidean, 32, true, 0.95)]
    [InlineData(IndexKind.IvfFlat, Metric.DotProduct, 32, true, 0.9)]
    [InlineData(IndexKind.IvfPq, Metric.Cosine, 32, true, 0.9)]
    [InlineData(IndexKind.IvfPq, Metric.Euclidean, 32, true, 0.9)]
    [InlineData(IndexKind.IvfPq, Metric.DotProduct, 32, true, 0.85)]
    [InlineData(IndexKind.IvfFlat, Metric.Cosine, 8, false, 0.9)]
    [InlineData(IndexKind.IvfPq, Metric.Euclidean, 7, false, 0.85)]
    [InlineData(IndexKind.IvfFlat, Metric.Euclidean, 1, false, 0.9)]
    [InlineData(IndexKind.IvfPq, Metric.Euclidean, 3, false, 0.9)]
    [InlineData(IndexKind.IvfFlat, Metric.Cosine, 100, false, 0.4)]
    public void A_tenth_of_the_lists_holds_most_of_the_nearest(IndexKind kind, Metric metric, int dimension, bool clustered, double floor)
    {
        const int rows = 5000;
        var random = new Random(5);
        var centers = Enumerable.Range(0, 50).Select(_ => TestVectors.Gaussian(random, dimension)).ToArray();
        float[] Draw(int count) => clustered ? TestVectors.Clustered(random, count, centers, spread: 0.3) : TestVectors.Gaussian(random, count * dimension);
        var vectors = Draw(rows);
        using var index = Build(kind, metric, vectors, dimension);

        Assert.InRange(Recall(index, metric, vectors, dimension, Draw(50), probes: null), floor, 1);
    }

    // All lists together are a scan of the codes: bytes lose next to nothing, two bits of a residual little.
    [Theory]
    [InlineData(IndexKind.IvfFlat, 0.99)]
    [InlineData(IndexKind.IvfPq, 0.9)]
    public void All_probes_find_what_a_scan_of_the_codes_does(IndexKind kind, double floor)
    {
        const int dimension = 64;
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var random = new Random(6);
            var vectors = TestVectors.Gaussian(random, 3000 * dimension);
            using var index = Build(kind, metric, vectors, dimension);

            Assert.InRange(Recall(index, metric, vectors, dimension, TestVectors.Gaussian(random, 30 * dimension), probes: 65_536), floor, 1);
        }
    }

    [Theory]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public void Lists_grow_and_are_learnt_anew_when_the_rows_have_outgrown_them(IndexKind kind)
    {
        const int dimension = 16;
        var random = new Random(6);
        var vectors = TestVectors.Gaussian(random, 4000 * dimension);
        using var index = new IvfIndex(kind, Metric.Cosine, dimension, lists: null);
        foreach (var (rows, trained) in new[] { (1, 1), (2, 1), (3, 1), (17, 17), (1000, 1000), (1500, 1000), (4000, 4000) })
        {
            index.Extend(row => vectors.AsSpan(row * dimension, dimension), rows, threads: 2, CancellationToken.None);

            Assert.Equal((rows, trained), (index.Count, index.TrainedRows));
            Assert.Equal(Math.Min(trained, (int)(4 * Math.Sqrt(trained))), index.Lists);
            Assert.Contains(index.Search(vectors.AsSpan((rows - 1) * dimension, dimension), 5), candidate => candidate.Row == rows - 1);
            Assert.Equal(Math.Min(rows, 4000), index.Search(vectors.AsSpan(0, dimension), 65_536, topK: 4000).Select(found => found.Row).Distinct().Count());
        }
    }

    [Theory]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public void Threads_and_steps_do_not_change_what_is_found(IndexKind kind)
    {
        const int dimension = 8;
        var vectors = TestVectors.Gaussian(new Random(7), 2000 * dimension);
        using var first = Build(kind, Metric.Cosine, vectors, dimension);
        using var second = new IvfIndex(kind, Metric.Cosine, dimension, lists: null);
        second.Prepare(row => vectors.AsSpan(row * dimension, dimension), 2000, threads: 1, CancellationToken.None);
        for (var rows = 100; rows <= 2000; rows += 100)
            second.Extend(row => vectors.AsSpan(row * dimension, dimension), rows, threads: 1, CancellationToken.None);

        for (var row = 0; row < 2000; row += 37)
        {
            var query = vectors.AsSpan(row * dimension, dimension);
            Assert.Equal(first.Search(query, 30), second.Search(query, 30));
        }
    }

    [Theory]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public async Task Searches_run_beside_the_builder(IndexKind kind)
    {
        const int dimension = 16, rows = 6000;
        var vectors = TestVectors.Gaussian(new Random(8), rows * dimension);
        using var index = new IvfIndex(kind, Metric.Euclidean, dimension, lists: null);
        using var done = new CancellationTokenSource();
        var searches = Enumerable.Range(0, 2).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            while (!done.IsCancellationRequested)
            {
                var known = index.Count;
                if (known == 0)
                    continue;

                // A row that was there before the search began is found by itself; its code is exact for it, but not for its neighbours.
                var row = random.Next(known);
                var found = index.Search(vectors.AsSpan(row * dimension, dimension), 50);
                Assert.Contains(found.Take(5), candidate => candidate.Row == row);
                Assert.All(found, candidate => Assert.InRange(candidate.Row, 0, rows - 1));
                Assert.Equal(found.Length, found.Distinct().Count());
            }
        })).ToArray();

        for (var count = 50; count <= rows; count += 50)
            index.Extend(row => vectors.AsSpan(row * dimension, dimension), count, threads: 2, CancellationToken.None);
        await done.CancelAsync();
        await Task.WhenAll(searches);
    }

    [Theory]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public void Equal_zero_and_extreme_rows_do_no_harm(IndexKind kind)
    {
        const int dimension = 8;
        var vectors = new float[3000 * dimension];
        vectors.AsSpan(0, 2000 * dimension).Fill(1); // all equal
        vectors.AsSpan(2500 * dimension).Fill(float.MaxValue);
        foreach (var metric in Enum.GetValues<Metric>())
        {
            using var index = Build(kind, metric, vectors, dimension);
            foreach (var row in new[] { 0, 2000, 2999 })
            {
                var found = index.Search(vectors.AsSpan(row * dimension, dimension), 50);
                Assert.Contains(row, index.WithCopies(found));
                Assert.All(found, candidate => Assert.True(double.IsFinite(candidate.Rank)));
            }
        }
    }

    [Theory]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public void Lists_that_later_stay_empty_hide_no_rows(IndexKind kind)
    {
        const int dimension = 6, asked = 300;
        var random = new Random(9);
        var vectors = TestVectors.Gaussian(random, 1000 * dimension);
        using var index = new IvfIndex(kind, Metric.Cosine, dimension, asked);
        index.Prepare(row => vectors.AsSpan(row * dimension, dimension), 1000, threads: 2, CancellationToken.None);
        index.Extend(row => vectors.AsSpan(row * dimension, dimension), 60, threads: 2, CancellationToken.None);

        Assert.Equal(asked, index.Lists);
        foreach (var count in new[] { 1, 10, 60 })
            Assert.InRange(index.Search(TestVectors.Gaussian(random, dimension), effort: 1, topK: count).Length, count, 60);
    }

    [Theory]
    [InlineData(IndexKind.IvfFlat, 5, 400)]
    [InlineData(IndexKind.IvfPq, 5, 400)]
    [InlineData(IndexKind.IvfPq, 1, 1500)]
    [InlineData(IndexKind.IvfFlat, 300, 10)]
    [InlineData(IndexKind.IvfPq, 300, 10)]
    public void Fewer_different_vectors_than_lists_give_fewer_lists_and_find_every_copy(IndexKind kind, int different, int copies)
    {
        const int dimension = 12;
        var few = TestVectors.Gaussian(new Random(10), different * dimension);
        ReadOnlySpan<float> Row(int row) => few.AsSpan(row % different * dimension, dimension);
        foreach (var metric in Enum.GetValues<Metric>())
        {
            using var index = new IvfIndex(kind, metric, dimension, lists: 1000);
            index.Extend(Row, different * copies, threads: 2, CancellationToken.None);

            Assert.Equal(different * copies, index.Count);
            Assert.InRange(index.Lists, 1, different);
            for (var row = 0; row < different && metric != Metric.DotProduct; row++)
                Assert.Equal(copies, index.WithCopies(index.Search(Row(row), index.UsualEffort, topK: 1)).Count(found => found % different == row));
        }
    }

    // Directions that are one and the same: rows differ, points do not.
    [Fact]
    public void Rows_of_one_direction_are_listed_too()
    {
        const int rows = 500;
        var vectors = Enumerable.Range(1, rows).SelectMany(i => new[] { (float)i, 2f * i, 2f * i }).ToArray();
        using var index = Build(IndexKind.IvfPq, Metric.Cosine, vectors, dimension: 3);

        Assert.Equal(rows, index.Count);
        Assert.Equal(rows, index.Search(vectors.AsSpan(0, 3), index.UsualEffort, topK: rows).Length);
    }

    // Far clusters: when the first list was read, the bound says of all others that they hold nothing nearer.
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclidean)]
    public void Without_a_limit_lists_are_read_until_none_can_hold_a_nearer_row(Metric metric)
    {
        const int dimension = 20, rows = 3000;
        var random = new Random(16);
        var centers = Enumerable.Range(0, 12).Select(_ => Array.ConvertAll(TestVectors.Gaussian(random, dimension), value => 30 * value)).ToArray();
        var vectors = TestVectors.Clustered(random, rows, centers, spread: 1);
        using var index = Build(IndexKind.IvfFlat, metric, vectors, dimension);

        for (var row = 0; row < rows; row += 101)
        {
            var query = vectors.AsSpan(row * dimension, dimension);
            var exact = new double[rows];
            for (var i = 0; i < rows; i++)
                exact[i] = metric.ToRank(ExactScorer.Exact(metric, vectors.AsSpan(i * dimension, dimension), query));
            var found = index.Search(query, int.MaxValue);
            var nearest = Enumerable.Range(0, rows).OrderByDescending(i => exact[i]).Take(TopK);
            Assert.Empty(nearest.Except(found.Select(candidate => candidate.Row)));
            Assert.InRange(found.Length, TopK, rows / 4);
        }
    }

    [Fact]
    public void An_empty_index_finds_nothing()
    {
        using var index = new IvfIndex(IndexKind.IvfPq, Metric.Cosine, 4, lists: null);

        Assert.Empty(index.Search(new float[4], 10));
        Assert.Equal((0, 0L), (index.Count, index.Bytes));
    }

    [Theory]
    [InlineData(IndexKind.IvfFlat)]
    [InlineData(IndexKind.IvfPq)]
    public void A_cancelled_build_keeps_what_is_there_and_goes_on(IndexKind kind)
    {
        const int dimension = 8, rows = 20_000;
        var vectors = TestVectors.Gaussian(new Random(9), rows * dimension);
        using var index = new IvfIndex(kind, Metric.Cosine, dimension, lists: 20);
        index.Prepare(row => vectors.AsSpan(row * dimension, dimension), rows, threads: 2, CancellationToken.None);
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => index.Extend(
            row =>
            {
                if (row == 12_000)
                    cancellation.Cancel();
                return vectors.AsSpan(row * dimension, dimension);
            },
            rows,
            threads: 2,
            cancellation.Token));

        Assert.InRange(index.Count, 1, 12_000);
        index.Extend(row => vectors.AsSpan(row * dimension, dimension), rows, threads: 2, CancellationToken.None);

        Assert.Equal(rows, index.Count);
        var found = index.Search(vectors.AsSpan(0, dimension), effort: 20, topK: rows);
        Assert.Equal(rows, found.Select(candidate => candidate.Row).Distinct().Count());
    }

    private static IvfIndex Build(IndexKind kind, Metric metric, float[] vectors, int dimension)
    {
        var index = new IvfIndex(kind, metric, dimension, lists: null);
        index.Extend(row => vectors.AsSpan(row * dimension, dimension), vectors.Length / dimension, threads: 2, CancellationToken.None);
        return index;
    }

    private static double Recall(IvfIndex index, Metric metric, float[] vectors, int dimension, float[] queries, int? probes)
    {
        var exact = new float[vectors.Length / dimension];
        var found = 0;
        for (var i = 0; i < queries.Length / dimension; i++)
        {
            var query = queries.AsSpan(i * dimension, dimension);
            ExactScorer.Rows(metric, vectors, query, ExactScorer.Norm(query), exact);
            var nearest = Enumerable.Range(0, exact.Length).OrderByDescending(row => exact[row]).Take(TopK).ToHashSet();
            found += index.Search(query, probes ?? Math.Max(8, index.Lists / 10)).Count(candidate => nearest.Contains(candidate.Row));
        }

        return found / (double)(queries.Length / dimension * TopK);
    }
}
