using VectorServer.Storage.Ann;
using VectorServer.Storage.Ann.Ivf;
using VectorServer.Storage.Scoring;
using VectorServer.Storage.Tests.Scoring;

namespace VectorServer.Storage.Tests.Ann.Ivf;

public class CentroidsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(16, 7)]
    [InlineData(31, 16)]
    [InlineData(33, 100)]
    [InlineData(100, 384)]
    public void Products_and_the_nearest_are_those_of_a_plain_loop(int count, int dimension)
    {
        var random = new Random(count);
        var rows = TestVectors.Gaussian(random, count * dimension);
        var points = TestVectors.Gaussian(random, Centroids.PointsPerTile * dimension);
        var centroids = new Centroids([.. rows], dimension);
        var nearest = new int[Centroids.PointsPerTile];
        var products = new float[count];

        centroids.Nearest(points, nearest);

        for (var i = 0; i < nearest.Length; i++)
        {
            var point = points.AsSpan(i * dimension, dimension);
            centroids.Products(point, products);
            var distances = new double[count];
            for (var at = 0; at < count; at++)
            {
                distances[at] = ExactScorer.Exact(Metric.Euclidean, rows.AsSpan(at * dimension, dimension), point);
                Assert.Equal(ExactScorer.Exact(Metric.DotProduct, rows.AsSpan(at * dimension, dimension), point), products[at], 1e-3);
            }

            Assert.Equal(Array.IndexOf(distances, distances.Min()), nearest[i]);
        }
    }

    [Fact]
    public void Of_equal_centroids_the_first_is_nearest()
    {
        var centroids = new Centroids([.. Enumerable.Repeat(1f, 40 * 5)], 5);
        var nearest = new int[Centroids.PointsPerTile];

        centroids.Nearest(TestVectors.Gaussian(new Random(1), Centroids.PointsPerTile * 5), nearest);

        Assert.All(nearest, place => Assert.Equal(0, place));
    }

    [Fact]
    public void Far_clusters_are_found_and_the_threads_do_not_matter()
    {
        const int dimension = 10, clusters = 8, rows = 2000;
        var random = new Random(2);
        var centers = Enumerable.Range(0, clusters).Select(_ => Array.ConvertAll(TestVectors.Gaussian(random, dimension), value => 10 * value)).ToArray();
        var vectors = TestVectors.Clustered(random, rows, centers, spread: 1);
        var space = new PointSpace(Metric.Euclidean, new double[dimension], 1);

        var one = KMeans.Train(space, Row, rows, 4 * clusters, threads: 1, CancellationToken.None);
        var three = KMeans.Train(space, Row, rows, 4 * clusters, threads: 3, CancellationToken.None);

        Assert.Equal(one.Rows, three.Rows);
        foreach (var center in centers) // some centroid is within the spread of each
            Assert.Contains(Enumerable.Range(0, one.Count), i => ExactScorer.Exact(Metric.Euclidean, one.Row(i), center) < 2 * dimension);

        ReadOnlySpan<float> Row(int row) => vectors.AsSpan(row * dimension, dimension);
    }

    [Theory]
    [InlineData(1, 10, 1)] // fewer rows than lists
    [InlineData(5, 10, 5)]
    public void There_are_no_more_centroids_than_rows(int rows, int asked, int expected)
    {
        var vectors = TestVectors.Gaussian(new Random(3), rows * 4);

        var centroids = KMeans.Train(
            new PointSpace(Metric.Cosine, new double[4], 1), row => vectors.AsSpan(row * 4, 4), rows, asked, threads: 1, CancellationToken.None);

        Assert.Equal(expected, centroids.Count);
    }
}
