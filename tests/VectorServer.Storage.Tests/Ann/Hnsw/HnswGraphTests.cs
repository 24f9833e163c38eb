using VectorServer.Storage.Ann;
using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Scoring;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Ann.Hnsw;

public class HnswGraphTests
{
    private const int TopK = 10;
    private static readonly HnswParameters Parameters = new(M: 16, EfConstruction: 100);

    // Noise in few dimensions has near neighbours that can be told apart; in many it has none, the worst case there is. When written
    // these found 0.99 and more, of isotropic noise in 100 dimensions 0.9.
    [Theory]
    [InlineData(Metric.Cosine, 16, 0.95)]
    [InlineData(Metric.Euclidean, 16, 0.95)]
    [InlineData(Metric.DotProduct, 16, 0.9)]
    [InlineData(Metric.Cosine, 3, 0.95)]
    [InlineData(Metric.Euclidean, 7, 0.95)]
    [InlineData(Metric.Cosine, 100, 0.75)]
    public void A_walk_finds_most_of_the_nearest(Metric metric, int dimension, double floor)
    {
        const int rows = 5000;
        var random = new Random(5);
        var vectors = TestVectors.Gaussian(random, rows * dimension);
        using var graph = Build(metric, vectors, dimension, threads: 2);

        Assert.InRange(Recall(graph, metric, vectors, dimension, random, ef: 100), floor, 1);
    }

    [Fact]
    public void Rows_added_later_are_found_as_well_as_the_first()
    {
        const int dimension = 16;
        var random = new Random(6);
        var vectors = TestVectors.Gaussian(random, 4000 * dimension);
        using var graph = new HnswGraph(Metric.Cosine, dimension, Parameters);
        foreach (var rows in new[] { 1, 2, 3, 17, 1000, 1500, 4000 })
        {
            graph.Extend(row => vectors.AsSpan(row * dimension, dimension), rows, threads: 2, CancellationToken.None);
            Assert.Equal(rows, graph.Count);
            var found = graph.Search(vectors.AsSpan((rows - 1) * dimension, dimension), 20);
            Assert.Equal(rows - 1, found[0].Row);
        }

        Assert.InRange(Recall(graph, Metric.Cosine, vectors, dimension, random, ef: 100), 0.95, 1);
    }

    [Fact]
    public void One_thread_makes_the_same_graph_twice()
    {
        const int dimension = 8;
        var vectors = TestVectors.Gaussian(new Random(7), 1000 * dimension);
        using var first = Build(Metric.Cosine, vectors, dimension, threads: 1);
        using var second = Build(Metric.Cosine, vectors, dimension, threads: 1);

        for (var row = 0; row < 1000; row += 37)
        {
            var query = vectors.AsSpan(row * dimension, dimension);
            Assert.Equal(first.Search(query, 30), second.Search(query, 30));
        }
    }

    [Fact]
    public async Task Walks_run_beside_the_builder()
    {
        const int dimension = 16, rows = 4000;
        var vectors = TestVectors.Gaussian(new Random(8), rows * dimension);
        using var graph = new HnswGraph(Metric.Euclidean, dimension, Parameters);
        using var done = new CancellationTokenSource();
        var walks = Enumerable.Range(0, 2).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            int asked = 0, missed = 0;
            while (!done.IsCancellationRequested)
            {
                var known = graph.Count;
                foreach (var candidate in graph.Search(vectors.AsSpan(random.Next(rows) * dimension, dimension), 50))
                    Assert.InRange(candidate.Row, 0, rows - 1);
                if (known == 0)
                    continue;

                var row = random.Next(known);
                asked++;
                if (graph.Search(vectors.AsSpan(row * dimension, dimension), 100)[0].Row != row)
                    missed++;
            }

            // A row that was linked before the walk began is found by itself, but for the moments when its neighbours choose their links
            // anew; on a busy machine a builder may be set aside in the middle of one.
            Assert.InRange(missed, 0, 5 + asked / 10);
        })).ToArray();

        graph.Extend(row => vectors.AsSpan(row * dimension, dimension), rows, threads: 2, CancellationToken.None);
        await done.CancelAsync();
        await Task.WhenAll(walks);
    }

    [Fact]
    public void Equal_zero_and_extreme_rows_do_no_harm()
    {
        const int dimension = 8;
        var vectors = new float[3000 * dimension];
        vectors.AsSpan(0, 2000 * dimension).Fill(1); // all equal
        vectors.AsSpan(2500 * dimension).Fill(float.MaxValue);
        foreach (var metric in Enum.GetValues<Metric>())
        {
            using var graph = Build(metric, vectors, dimension, threads: 2);
            var found = graph.Search(vectors.AsSpan(0, dimension), 50);
            Assert.Equal(3, found.Length); // as many as there are different vectors
            Assert.Equal(Enumerable.Range(0, 3000), graph.WithCopies(found).Order());
            Assert.NotEmpty(graph.Search(new float[dimension], 50));
        }
    }

    // Copies that were nodes of their own would be each other's only links, and nothing else would be found from among them.
    [Theory]
    [InlineData(20, 150, 3000)]
    [InlineData(1, 1000, 2000)]
    [InlineData(600, 10, 0)]
    public void Copies_are_one_node_and_hide_nothing(int different, int copies, int others)
    {
        const int dimension = 24;
        var random = new Random(11);
        var few = TestVectors.Gaussian(random, different * dimension);
        var rest = TestVectors.Gaussian(random, others * dimension);
        ReadOnlySpan<float> Row(int row) => row < different * copies
            ? few.AsSpan(row / copies * dimension, dimension)
            : rest.AsSpan((row - different * copies) * dimension, dimension);
        var rows = different * copies + others;
        using var graph = new HnswGraph(Metric.Cosine, dimension, Parameters);
        graph.Extend(Row, rows, threads: 2, CancellationToken.None);
        graph.Settle(CancellationToken.None);

        Assert.Equal((rows, different + others), (graph.Count, graph.NodeCount));
        for (var row = 0; row < rows; row += 7)
        {
            var found = graph.Search(Row(row), 30).OrderByDescending(candidate => candidate.Rank).Take(1);
            Assert.Contains(row, graph.WithCopies(found));
            Assert.Equal(row < different * copies ? copies : 1, graph.WithCopies(found).Count());
        }
    }

    [Theory]
    [InlineData(Metric.Cosine, true)]
    [InlineData(Metric.Euclidean, true)]
    [InlineData(Metric.Euclidean, false)]
    public void Every_row_of_every_island_is_found(Metric metric, bool inOrder)
    {
        const int dimension = 24, islands = 60, rows = 4800;
        var random = new Random(12);
        var centers = TestVectors.Gaussian(random, islands * dimension);
        var vectors = TestVectors.Gaussian(random, rows * dimension);
        for (var row = 0; row < rows; row++)
        {
            var island = inOrder ? row * islands / rows : random.Next(islands);
            for (var i = 0; i < dimension; i++)
                vectors[row * dimension + i] = 100 * centers[island * dimension + i] + vectors[row * dimension + i];
        }

        using var graph = Build(metric, vectors, dimension, threads: 2);
        graph.Settle(CancellationToken.None);

        var missed = Enumerable.Range(0, rows).Count(row => graph.Search(vectors.AsSpan(row * dimension, dimension), 40)[0].Row != row);
        Assert.Equal(0, missed);
    }

    [Fact]
    public void After_settling_no_node_is_out_of_reach()
    {
        const int dimension = 8, rows = 3000;
        var random = new Random(13);
        var centers = Enumerable.Range(0, 300).Select(_ => Array.ConvertAll(TestVectors.Gaussian(random, dimension), value => 1000 * value)).ToArray();
        var vectors = TestVectors.Clustered(random, rows, centers, spread: 1);
        using var graph = Build(Metric.Euclidean, vectors, dimension, threads: 2);
        graph.Settle(CancellationToken.None);

        Assert.Equal(rows, graph.Search(new float[dimension], rows).Length);
    }

    [Fact]
    public void Rows_that_do_not_count_cost_none_of_the_effort()
    {
        const int dimension = 16, rows = 5000, dead = 150, ef = 60;
        var random = new Random(14);
        var vectors = TestVectors.Gaussian(random, rows * dimension);
        using var graph = Build(Metric.Euclidean, vectors, dimension, threads: 2);
        var (found, wanted) = (0, 0);
        for (var i = 0; i < 40; i++)
        {
            var query = TestVectors.Gaussian(random, dimension);
            int[] order = [.. Enumerable.Range(0, rows).OrderBy(row => ExactScorer.Exact(Metric.Euclidean, vectors.AsSpan(row * dimension, dimension), query))];
            var gone = order[..dead].ToHashSet();

            var answer = graph.Search(query, new SearchAsk(ef, TopK, row => !gone.Contains(row))).Rows;

            Assert.Equal(ef, answer.Length);
            Assert.DoesNotContain(answer, candidate => gone.Contains(candidate.Row));
            found += answer.Take(TopK).Count(candidate => order.AsSpan(dead, TopK).Contains(candidate.Row));
            wanted += TopK;
        }

        Assert.InRange(found / (double)wanted, 0.98, 1);
    }

    // 20 groups whose rows differ by a thousandth of what lies between groups: bytes around one mean cannot tell them apart.
    [Fact]
    public void Near_duplicates_that_bytes_cannot_tell_apart_are_walked_on_floats()
    {
        const int dimension = 32, rows = 2000;
        var random = new Random(15);
        var centers = Enumerable.Range(0, 20).Select(_ => TestVectors.Gaussian(random, dimension)).ToArray();
        var vectors = TestVectors.Clustered(random, rows, centers, spread: 0.001);
        using var graph = Build(Metric.Cosine, vectors, dimension, threads: 2);
        using var noise = Build(Metric.Cosine, TestVectors.Gaussian(random, rows * dimension), dimension, threads: 2);

        Assert.True(graph.HasFloats);
        Assert.False(noise.HasFloats);
        for (var row = 0; row < rows; row += 13)
            Assert.Equal(row, graph.Search(vectors.AsSpan(row * dimension, dimension), 40)[0].Row);
    }

    [Fact]
    public void An_empty_graph_finds_nothing()
    {
        using var graph = new HnswGraph(Metric.Cosine, 4, Parameters);

        Assert.Empty(graph.Search(new float[4], 10));
        Assert.Equal(0, graph.Count);
    }

    [Fact]
    public void A_cancelled_build_keeps_what_is_linked()
    {
        const int dimension = 8;
        var vectors = TestVectors.Gaussian(new Random(9), 5000 * dimension);
        using var graph = new HnswGraph(Metric.Cosine, dimension, Parameters);
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => graph.Extend(
            row =>
            {
                if (row == 3000 && graph.Count > 0)
                    cancellation.Cancel();
                return vectors.AsSpan(row * dimension, dimension);
            },
            5000,
            threads: 1,
            cancellation.Token));

        var linked = graph.Count;
        Assert.InRange(linked, 1, 3000);
        graph.Extend(row => vectors.AsSpan(row * dimension, dimension), 5000, threads: 1, CancellationToken.None);
        Assert.Equal(5000, graph.Count);
        Assert.Equal(4999, graph.Search(vectors.AsSpan(4999 * dimension, dimension), 50)[0].Row);
    }

    private static HnswGraph Build(Metric metric, float[] vectors, int dimension, int threads)
    {
        var graph = new HnswGraph(metric, dimension, Parameters);
        graph.Extend(row => vectors.AsSpan(row * dimension, dimension), vectors.Length / dimension, threads, CancellationToken.None);
        return graph;
    }

    private static double Recall(HnswGraph graph, Metric metric, float[] vectors, int dimension, Random random, int ef)
    {
        const int queries = 50;
        var exact = new float[vectors.Length / dimension];
        var found = 0;
        for (var i = 0; i < queries; i++)
        {
            var query = TestVectors.Gaussian(random, dimension);
            ExactScorer.Rows(metric, vectors, query, ExactScorer.Norm(query), exact);
            var nearest = Enumerable.Range(0, exact.Length).OrderByDescending(row => exact[row]).Take(TopK).ToHashSet();
            found += graph.Search(query, ef).Count(candidate => nearest.Contains(candidate.Row));
        }

        return found / (double)(queries * TopK);
    }
}
